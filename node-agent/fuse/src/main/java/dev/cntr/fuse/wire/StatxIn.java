package dev.cntr.fuse.wire;

import dev.cntr.linux.Memory;

/** {@code struct fuse_statx_in}, the body of {@link Opcode#STATX}. */
public final class StatxIn {
    public static final int BYTES = 24;

    private static final int GETATTR_FLAGS = 0;
    private static final int HANDLE = 8;
    private static final int FLAGS = 16;
    private static final int MASK = 20;

    private StatxIn() {}

    public static int getattrFlags(long at) {
        return Memory.getInt(at + GETATTR_FLAGS);
    }

    public static long handle(long at) {
        return Memory.getLong(at + HANDLE);
    }

    /** As of statx(2). */
    public static int flags(long at) {
        return Memory.getInt(at + FLAGS);
    }

    /** As of statx(2). */
    public static int mask(long at) {
        return Memory.getInt(at + MASK);
    }
}
