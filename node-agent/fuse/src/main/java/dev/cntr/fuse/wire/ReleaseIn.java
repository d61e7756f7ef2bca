package dev.cntr.fuse.wire;

import dev.cntr.linux.Memory;

/** {@code struct fuse_release_in}, the body of {@link Opcode#RELEASE} and {@link Opcode#RELEASEDIR}. */
public final class ReleaseIn {
    public static final int BYTES = 24;

    private static final int HANDLE = 0;
    private static final int FLAGS = 8;
    private static final int RELEASE_FLAGS = 12;
    private static final int LOCK_OWNER = 16;

    private ReleaseIn() {}

    public static long handle(long at) {
        return Memory.getLong(at + HANDLE);
    }

    public static int flags(long at) {
        return Memory.getInt(at + FLAGS);
    }

    public static int releaseFlags(long at) {
        return Memory.getInt(at + RELEASE_FLAGS);
    }

    public static long lockOwner(long at) {
        return Memory.getLong(at + LOCK_OWNER);
    }
}
