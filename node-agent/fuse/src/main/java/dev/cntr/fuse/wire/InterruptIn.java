package dev.cntr.fuse.wire;

import dev.cntr.linux.Memory;

/** {@code struct fuse_interrupt_in}, the body of {@link Opcode#INTERRUPT}. */
public final class InterruptIn {
    public static final int BYTES = 8;

    private static final int UNIQUE = 0;

    private InterruptIn() {}

    /** Of the request that nobody waits for any more. */
    public static long unique(long at) {
        return Memory.getLong(at + UNIQUE);
    }
}
