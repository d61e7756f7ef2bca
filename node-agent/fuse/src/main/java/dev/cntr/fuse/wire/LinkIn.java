package dev.cntr.fuse.wire;

import dev.cntr.linux.Memory;

/** {@code struct fuse_link_in}, the body of {@link Opcode#LINK}, followed by the new name. */
public final class LinkIn {
    public static final int BYTES = 8;

    private static final int OLD_NODE_ID = 0;

    private LinkIn() {}

    public static long oldNodeId(long at) {
        return Memory.getLong(at + OLD_NODE_ID);
    }

    /** The address of the name, which ends with a zero. */
    public static long name(long at) {
        return at + BYTES;
    }
}
