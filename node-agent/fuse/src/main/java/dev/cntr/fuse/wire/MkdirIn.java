package dev.cntr.fuse.wire;

import dev.cntr.linux.Memory;

/** {@code struct fuse_mkdir_in}, the body of {@link Opcode#MKDIR}, followed by the name. */
public final class MkdirIn {
    public static final int BYTES = 8;

    private static final int MODE = 0;
    private static final int UMASK = 4;

    private MkdirIn() {}

    public static int mode(long at) {
        return Memory.getInt(at + MODE);
    }

    public static int umask(long at) {
        return Memory.getInt(at + UMASK);
    }

    /** The address of the name, which ends with a zero. */
    public static long name(long at) {
        return at + BYTES;
    }
}
