package dev.cntr.fuse.wire;

import dev.cntr.linux.Memory;

/** {@code struct fuse_batch_forget_in} with its {@code struct fuse_forget_one}, the body of {@link Opcode#BATCH_FORGET}. */
public final class BatchForgetIn {
    public static final int BYTES = 8;

    private static final int COUNT = 0;

    private BatchForgetIn() {}

    public static int count(long at) {
        return Memory.getInt(at + COUNT);
    }

    /** How many nodes a body of some bytes can name. */
    public static int room(int bodyBytes) {
        return (bodyBytes - BYTES) / 16;
    }

    public static long nodeId(long at, int index) {
        return Memory.getLong(at + BYTES + 16L * index);
    }

    public static long lookups(long at, int index) {
        return Memory.getLong(at + BYTES + 16L * index + 8);
    }
}
