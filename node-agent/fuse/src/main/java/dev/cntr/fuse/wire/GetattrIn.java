package dev.cntr.fuse.wire;

import dev.cntr.linux.Memory;

/** {@code struct fuse_getattr_in}, the body of {@link Opcode#GETATTR}. */
public final class GetattrIn {
    public static final int BYTES = 16;

    private static final int FLAGS = 0;
    private static final int HANDLE = 8;

    private GetattrIn() {}

    /** 1: the handle is valid. */
    public static int flags(long at) {
        return Memory.getInt(at + FLAGS);
    }

    public static long handle(long at) {
        return Memory.getLong(at + HANDLE);
    }
}
