package dev.cntr.fuse.wire;

import dev.cntr.linux.Memory;

/** {@code struct fuse_forget_in}, the body of {@link Opcode#FORGET}. */
public final class ForgetIn {
    public static final int BYTES = 8;

    private static final int LOOKUPS = 0;

    private ForgetIn() {}

    /** How many lookups the kernel takes back. */
    public static long lookups(long at) {
        return Memory.getLong(at + LOOKUPS);
    }
}
