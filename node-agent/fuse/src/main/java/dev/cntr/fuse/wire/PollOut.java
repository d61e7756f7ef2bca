package dev.cntr.fuse.wire;

import dev.cntr.linux.Memory;

/** {@code struct fuse_poll_out}, the answer to {@link Opcode#POLL}. */
public final class PollOut {
    public static final int BYTES = 8;

    private static final int EVENTS = 0;
    private static final int PADDING = 4;

    private PollOut() {}

    public static void events(long at, int value) {
        Memory.putInt(at + EVENTS, value);
    }

    public static void padding(long at, int value) {
        Memory.putInt(at + PADDING, value);
    }
}
