package dev.cntr.fuse.wire;

import dev.cntr.linux.Memory;

/** {@code struct fuse_flush_in}, the body of {@link Opcode#FLUSH}. */
public final class FlushIn {
    public static final int BYTES = 24;

    private static final int HANDLE = 0;
    private static final int LOCK_OWNER = 16;

    private FlushIn() {}

    public static long handle(long at) {
        return Memory.getLong(at + HANDLE);
    }

    public static long lockOwner(long at) {
        return Memory.getLong(at + LOCK_OWNER);
    }
}
