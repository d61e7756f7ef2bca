package dev.cntr.fuse.wire;

import dev.cntr.linux.Memory;

/** {@code struct fuse_lseek_out}, the answer to {@link Opcode#LSEEK}. */
public final class LseekOut {
    public static final int BYTES = 8;

    private static final int OFFSET = 0;

    private LseekOut() {}

    public static void offset(long at, long value) {
        Memory.putLong(at + OFFSET, value);
    }
}
