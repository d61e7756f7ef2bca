package dev.cntr.fuse.wire;

import dev.cntr.linux.Memory;

/** {@code struct fuse_setxattr_in} as with {@link InitFlag#FUSE_SETXATTR_EXT}, the body of {@link Opcode#SETXATTR}, followed by the name and the value. */
public final class SetxattrIn {
    public static final int BYTES = 16;

    private static final int SIZE = 0;
    private static final int FLAGS = 4;
    private static final int SETXATTR_FLAGS = 8;

    private SetxattrIn() {}

    public static int size(long at) {
        return Memory.getInt(at + SIZE);
    }

    /** As of setxattr(2). */
    public static int flags(long at) {
        return Memory.getInt(at + FLAGS);
    }

    /** {@link #ACL_KILL_SGID}. */
    public static int setxattrFlags(long at) {
        return Memory.getInt(at + SETXATTR_FLAGS);
    }

    /** The address of the name, which ends with a zero. */
    public static long name(long at) {
        return at + BYTES;
    }

    public static final int ACL_KILL_SGID = 1;
}
