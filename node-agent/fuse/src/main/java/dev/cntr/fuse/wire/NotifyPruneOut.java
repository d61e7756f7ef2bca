package dev.cntr.fuse.wire;

import dev.cntr.linux.Memory;

/** {@code struct fuse_notify_prune_out} (Linux 6.18, protocol 7.45), which the nodes' numbers follow: {@link NotifyCode#PRUNE}. */
public final class NotifyPruneOut {
    public static final int BYTES = 16;

    /** The first minor version of protocol 7 with it. */
    public static final int MINOR = 45;

    private static final int COUNT = 0;

    private NotifyPruneOut() {}

    /** How long it is with so many nodes. */
    public static int size(int count) {
        return BYTES + count * Long.BYTES;
    }

    /** @param count how many of the nodes are meant, the first of them */
    public static void put(long at, long[] nodeIds, int count) {
        Memory.clear(at, BYTES);
        Memory.putInt(at + COUNT, count);
        for (int i = 0; i < count; i++) {
            Memory.putLong(at + BYTES + (long) i * Long.BYTES, nodeIds[i]);
        }
    }
}
