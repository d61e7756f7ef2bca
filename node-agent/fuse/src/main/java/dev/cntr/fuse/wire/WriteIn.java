package dev.cntr.fuse.wire;

import dev.cntr.linux.Memory;

/** {@code struct fuse_write_in}, the body of {@link Opcode#WRITE}, followed by the data. */
public final class WriteIn {
    public static final int BYTES = 40;

    private static final int HANDLE = 0;
    private static final int OFFSET = 8;
    private static final int SIZE = 16;
    private static final int WRITE_FLAGS = 20;
    private static final int LOCK_OWNER = 24;
    private static final int FLAGS = 32;

    private WriteIn() {}

    public static long handle(long at) {
        return Memory.getLong(at + HANDLE);
    }

    public static long offset(long at) {
        return Memory.getLong(at + OFFSET);
    }

    public static int size(long at) {
        return Memory.getInt(at + SIZE);
    }

    /** {@link #KILL_SUIDGID} among them. */
    public static int writeFlags(long at) {
        return Memory.getInt(at + WRITE_FLAGS);
    }

    public static long lockOwner(long at) {
        return Memory.getLong(at + LOCK_OWNER);
    }

    public static int flags(long at) {
        return Memory.getInt(at + FLAGS);
    }

    /** The address of the data. */
    public static long data(long at) {
        return at + BYTES;
    }

    public static final int KILL_SUIDGID = 1 << 2;
}
