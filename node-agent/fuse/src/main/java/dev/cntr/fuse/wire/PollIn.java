package dev.cntr.fuse.wire;

import dev.cntr.linux.Memory;

/** {@code struct fuse_poll_in}, the body of {@link Opcode#POLL}. */
public final class PollIn {
    public static final int BYTES = 24;

    private static final int HANDLE = 0;
    private static final int KERNEL_HANDLE = 8;
    private static final int FLAGS = 16;
    private static final int EVENTS = 20;

    private PollIn() {}

    public static long handle(long at) {
        return Memory.getLong(at + HANDLE);
    }

    public static long kernelHandle(long at) {
        return Memory.getLong(at + KERNEL_HANDLE);
    }

    public static int flags(long at) {
        return Memory.getInt(at + FLAGS);
    }

    public static int events(long at) {
        return Memory.getInt(at + EVENTS);
    }
}
