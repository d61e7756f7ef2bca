package dev.cntr.fuse.wire;

import dev.cntr.linux.Memory;

/** {@code struct fuse_lk_in}, the body of {@link Opcode#GETLK}, {@link Opcode#SETLK} and {@link Opcode#SETLKW}. */
public final class LockIn {
    public static final int BYTES = 48;

    /** The lock is one of flock(2), else of fcntl(2). */
    public static final int FLOCK = 1;

    private static final int HANDLE = 0;
    private static final int OWNER = 8;
    private static final int START = 16;
    private static final int END = 24;
    private static final int TYPE = 32;
    private static final int PID = 36;
    private static final int FLAGS = 40;

    private LockIn() {}

    public static long handle(long at) {
        return Memory.getLong(at + HANDLE);
    }

    public static long owner(long at) {
        return Memory.getLong(at + OWNER);
    }

    public static long start(long at) {
        return Memory.getLong(at + START);
    }

    public static long end(long at) {
        return Memory.getLong(at + END);
    }

    public static int type(long at) {
        return Memory.getInt(at + TYPE);
    }

    public static int pid(long at) {
        return Memory.getInt(at + PID);
    }

    /** {@link #FLOCK}. */
    public static int flags(long at) {
        return Memory.getInt(at + FLAGS);
    }
}
