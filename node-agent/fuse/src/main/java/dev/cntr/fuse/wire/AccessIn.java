package dev.cntr.fuse.wire;

import dev.cntr.linux.Memory;

/** {@code struct fuse_access_in}, the body of {@link Opcode#ACCESS}. */
public final class AccessIn {
    public static final int BYTES = 8;

    private static final int MASK = 0;

    private AccessIn() {}

    /** As of access(2). */
    public static int mask(long at) {
        return Memory.getInt(at + MASK);
    }
}
