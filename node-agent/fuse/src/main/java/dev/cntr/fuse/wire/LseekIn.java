package dev.cntr.fuse.wire;

import dev.cntr.linux.Memory;

/** {@code struct fuse_lseek_in}, the body of {@link Opcode#LSEEK}. */
public final class LseekIn {
    public static final int BYTES = 24;

    private static final int HANDLE = 0;
    private static final int OFFSET = 8;
    private static final int WHENCE = 16;

    private LseekIn() {}

    public static long handle(long at) {
        return Memory.getLong(at + HANDLE);
    }

    public static long offset(long at) {
        return Memory.getLong(at + OFFSET);
    }

    /** {@code SEEK_DATA} or {@code SEEK_HOLE}. */
    public static int whence(long at) {
        return Memory.getInt(at + WHENCE);
    }
}
