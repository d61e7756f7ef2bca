package dev.cntr.fuse.wire;

import dev.cntr.linux.Memory;

/** {@code struct fuse_create_in}, the body of {@link Opcode#CREATE} and {@link Opcode#TMPFILE}, followed by the name. */
public final class CreateIn {
    public static final int BYTES = 16;

    private static final int FLAGS = 0;
    private static final int MODE = 4;
    private static final int UMASK = 8;
    private static final int OPEN_FLAGS = 12;

    private CreateIn() {}

    /** As of open(2). */
    public static int flags(long at) {
        return Memory.getInt(at + FLAGS);
    }

    public static int mode(long at) {
        return Memory.getInt(at + MODE);
    }

    public static int umask(long at) {
        return Memory.getInt(at + UMASK);
    }

    public static int openFlags(long at) {
        return Memory.getInt(at + OPEN_FLAGS);
    }

    /** The address of the name, which ends with a zero. */
    public static long name(long at) {
        return at + BYTES;
    }
}
