package dev.cntr.fuse.wire;

import dev.cntr.linux.Memory;

/**
 * {@code struct fuse_statx_out}, the answer to {@link Opcode#STATX}. Its {@code struct fuse_statx} at {@link #stat} is laid out
 * as the first {@link #STAT_SIZE} bytes of the {@code struct statx} of statx(2), then zeros.
 */
public final class StatxOut {
    public static final int BYTES = 288;
    public static final int STAT_SIZE = 144;

    private static final int ATTR_VALID = 0;
    private static final int STAT = 32;

    private StatxOut() {}

    public static void clear(long at) {
        Memory.clear(at, BYTES);
    }

    /** Seconds that the kernel may trust the attributes. */
    public static void attrValid(long at, long value) {
        Memory.putLong(at + ATTR_VALID, value);
    }

    public static long stat(long at) {
        return at + STAT;
    }
}
