package dev.cntr.fuse.wire;

import dev.cntr.linux.Memory;

/** {@code struct fuse_setattr_in}, the body of {@link Opcode#SETATTR}; {@link #valid} says which fields count. */
public final class SetattrIn {
    public static final int BYTES = 88;

    private static final int VALID = 0;
    private static final int HANDLE = 8;
    private static final int SIZE = 16;
    private static final int LOCK_OWNER = 24;
    private static final int ATIME = 32;
    private static final int MTIME = 40;
    private static final int CTIME = 48;
    private static final int ATIME_NANOS = 56;
    private static final int MTIME_NANOS = 60;
    private static final int CTIME_NANOS = 64;
    private static final int MODE = 68;
    private static final int UID = 76;
    private static final int GID = 80;

    private SetattrIn() {}

    /** Bits {@code FATTR_*} of this class. */
    public static int valid(long at) {
        return Memory.getInt(at + VALID);
    }

    public static long handle(long at) {
        return Memory.getLong(at + HANDLE);
    }

    public static long size(long at) {
        return Memory.getLong(at + SIZE);
    }

    public static long lockOwner(long at) {
        return Memory.getLong(at + LOCK_OWNER);
    }

    public static long atime(long at) {
        return Memory.getLong(at + ATIME);
    }

    public static long mtime(long at) {
        return Memory.getLong(at + MTIME);
    }

    public static long ctime(long at) {
        return Memory.getLong(at + CTIME);
    }

    public static int atimeNanos(long at) {
        return Memory.getInt(at + ATIME_NANOS);
    }

    public static int mtimeNanos(long at) {
        return Memory.getInt(at + MTIME_NANOS);
    }

    public static int ctimeNanos(long at) {
        return Memory.getInt(at + CTIME_NANOS);
    }

    public static int mode(long at) {
        return Memory.getInt(at + MODE);
    }

    public static int uid(long at) {
        return Memory.getInt(at + UID);
    }

    public static int gid(long at) {
        return Memory.getInt(at + GID);
    }

    public static final int FATTR_MODE = 1 << 0;
    public static final int FATTR_UID = 1 << 1;
    public static final int FATTR_GID = 1 << 2;
    public static final int FATTR_SIZE = 1 << 3;
    public static final int FATTR_ATIME = 1 << 4;
    public static final int FATTR_MTIME = 1 << 5;
    public static final int FATTR_FH = 1 << 6;
    public static final int FATTR_ATIME_NOW = 1 << 7;
    public static final int FATTR_MTIME_NOW = 1 << 8;
    public static final int FATTR_LOCKOWNER = 1 << 9;
    public static final int FATTR_CTIME = 1 << 10;
    public static final int FATTR_KILL_SUIDGID = 1 << 11;
}
