package dev.cntr.fuse.wire;

import dev.cntr.linux.Memory;

/** {@code struct fuse_bmap_in}, the body of {@link Opcode#BMAP}. */
public final class BmapIn {
    public static final int BYTES = 16;

    private static final int BLOCK = 0;
    private static final int BLOCK_SIZE = 8;

    private BmapIn() {}

    public static long block(long at) {
        return Memory.getLong(at + BLOCK);
    }

    public static int blockSize(long at) {
        return Memory.getInt(at + BLOCK_SIZE);
    }
}
