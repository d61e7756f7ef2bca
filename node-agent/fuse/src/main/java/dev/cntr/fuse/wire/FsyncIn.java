package dev.cntr.fuse.wire;

import dev.cntr.linux.Memory;

/** {@code struct fuse_fsync_in}, the body of {@link Opcode#FSYNC} and {@link Opcode#FSYNCDIR}. */
public final class FsyncIn {
    public static final int BYTES = 16;

    private static final int HANDLE = 0;
    private static final int FLAGS = 8;

    private FsyncIn() {}

    public static long handle(long at) {
        return Memory.getLong(at + HANDLE);
    }

    /** {@link #DATA_ONLY}. */
    public static int flags(long at) {
        return Memory.getInt(at + FLAGS);
    }

    public static final int DATA_ONLY = 1;
}
