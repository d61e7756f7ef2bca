package dev.cntr.fuse.wire;

import dev.cntr.linux.Memory;

/** {@code struct fuse_write_out}, the answer to {@link Opcode#WRITE} and {@link Opcode#COPY_FILE_RANGE}. */
public final class WriteOut {
    public static final int BYTES = 8;

    private static final int SIZE = 0;
    private static final int PADDING = 4;

    private WriteOut() {}

    public static void size(long at, int value) {
        Memory.putInt(at + SIZE, value);
    }

    public static void padding(long at, int value) {
        Memory.putInt(at + PADDING, value);
    }
}
