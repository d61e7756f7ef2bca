package dev.cntr.fuse.wire;

import dev.cntr.linux.Memory;

/** {@code struct fuse_statfs_out}, the answer to {@link Opcode#STATFS}. */
public final class StatfsOut {
    public static final int BYTES = 80;

    private static final int BLOCKS = 0;
    private static final int BLOCKS_FREE = 8;
    private static final int BLOCKS_AVAILABLE = 16;
    private static final int FILES = 24;
    private static final int FILES_FREE = 32;
    private static final int BLOCK_SIZE = 40;
    private static final int NAME_LENGTH = 44;
    private static final int FRAGMENT_SIZE = 48;

    private StatfsOut() {}

    public static void clear(long at) {
        Memory.clear(at, BYTES);
    }

    public static void blocks(long at, long value) {
        Memory.putLong(at + BLOCKS, value);
    }

    public static void blocksFree(long at, long value) {
        Memory.putLong(at + BLOCKS_FREE, value);
    }

    public static void blocksAvailable(long at, long value) {
        Memory.putLong(at + BLOCKS_AVAILABLE, value);
    }

    public static void files(long at, long value) {
        Memory.putLong(at + FILES, value);
    }

    public static void filesFree(long at, long value) {
        Memory.putLong(at + FILES_FREE, value);
    }

    public static void blockSize(long at, int value) {
        Memory.putInt(at + BLOCK_SIZE, value);
    }

    public static void nameLength(long at, int value) {
        Memory.putInt(at + NAME_LENGTH, value);
    }

    public static void fragmentSize(long at, int value) {
        Memory.putInt(at + FRAGMENT_SIZE, value);
    }
}
