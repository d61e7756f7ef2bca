package dev.cntr.fuse.wire;

import dev.cntr.linux.Memory;

/** {@code struct fuse_open_in}, the body of {@link Opcode#OPEN} and {@link Opcode#OPENDIR}. */
public final class OpenIn {
    public static final int BYTES = 8;

    private static final int FLAGS = 0;
    private static final int OPEN_FLAGS = 4;

    private OpenIn() {}

    /** As of open(2), without {@code O_CREAT}, {@code O_EXCL}, {@code O_NOCTTY}. */
    public static int flags(long at) {
        return Memory.getInt(at + FLAGS);
    }

    /** {@link #KILL_SUIDGID}. */
    public static int openFlags(long at) {
        return Memory.getInt(at + OPEN_FLAGS);
    }

    public static final int KILL_SUIDGID = 1;
}
