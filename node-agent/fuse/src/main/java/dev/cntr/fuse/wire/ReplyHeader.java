package dev.cntr.fuse.wire;

import dev.cntr.linux.Memory;

/** {@code struct fuse_out_header}, before the body of every reply. */
public final class ReplyHeader {
    public static final int BYTES = 16;

    private static final int LENGTH = 0;
    private static final int ERROR = 4;
    private static final int UNIQUE = 8;

    private ReplyHeader() {}

    /** Of the whole reply. */
    public static void length(long at, int value) {
        Memory.putInt(at + LENGTH, value);
    }

    /** 0 or a negative errno; with an errno there is no body. */
    public static void error(long at, int value) {
        Memory.putInt(at + ERROR, value);
    }

    /** The number of the request. */
    public static void unique(long at, long value) {
        Memory.putLong(at + UNIQUE, value);
    }
}
