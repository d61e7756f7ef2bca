package dev.cntr.fuse.wire;

import dev.cntr.linux.Memory;

/** {@code struct fuse_bmap_out}, the answer to {@link Opcode#BMAP}. */
public final class BmapOut {
    public static final int BYTES = 8;

    private static final int BLOCK = 0;

    private BmapOut() {}

    public static void block(long at, long value) {
        Memory.putLong(at + BLOCK, value);
    }
}
