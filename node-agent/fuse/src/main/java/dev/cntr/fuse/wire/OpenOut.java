package dev.cntr.fuse.wire;

import dev.cntr.linux.Memory;

/** {@code struct fuse_open_out}, the answer to an open, and the end of the one to a create. */
public final class OpenOut {
    public static final int BYTES = 16;

    private static final int HANDLE = 0;
    private static final int OPEN_FLAGS = 8;
    private static final int BACKING_ID = 12;

    private OpenOut() {}

    public static void handle(long at, long value) {
        Memory.putLong(at + HANDLE, value);
    }

    /** {@link OpenReply}, which are not the flags of open(2). */
    public static void openFlags(long at, int value) {
        Memory.putInt(at + OPEN_FLAGS, value);
    }

    /** With {@link OpenReply#PASSTHROUGH}. */
    public static void backingId(long at, int value) {
        Memory.putInt(at + BACKING_ID, value);
    }
}
