package dev.cntr.fuse.wire;

import dev.cntr.linux.Memory;

/** {@code struct fuse_fallocate_in}, the body of {@link Opcode#FALLOCATE}. */
public final class FallocateIn {
    public static final int BYTES = 32;

    private static final int HANDLE = 0;
    private static final int OFFSET = 8;
    private static final int LENGTH = 16;
    private static final int MODE = 24;

    private FallocateIn() {}

    public static long handle(long at) {
        return Memory.getLong(at + HANDLE);
    }

    public static long offset(long at) {
        return Memory.getLong(at + OFFSET);
    }

    public static long length(long at) {
        return Memory.getLong(at + LENGTH);
    }

    public static int mode(long at) {
        return Memory.getInt(at + MODE);
    }
}
