package dev.cntr.fuse.wire;

import dev.cntr.linux.Memory;

/** {@code struct fuse_notify_inval_inode_out}: {@link NotifyCode#INVAL_INODE}. */
public final class NotifyInvalInodeOut {
    public static final int BYTES = 24;

    private static final int NODE_ID = 0;
    private static final int OFFSET = 8;
    private static final int LENGTH = 16;

    private NotifyInvalInodeOut() {}

    /** Attributes and ACLs, and no data. */
    public static void putAttributesOnly(long at, long nodeId) {
        put(at, nodeId, -1);
    }

    /** All data too, of a directory its listing. */
    public static void putAll(long at, long nodeId) {
        put(at, nodeId, 0);
    }

    private static void put(long at, long nodeId, long offset) {
        Memory.putLong(at + NODE_ID, nodeId);
        Memory.putLong(at + OFFSET, offset);
        Memory.putLong(at + LENGTH, 0);
    }
}
