package dev.cntr.fuse.wire;

import dev.cntr.linux.Memory;

/** {@code struct fuse_lk_out}, the answer to {@link Opcode#GETLK}. */
public final class LockOut {
    public static final int BYTES = 24;

    private static final int START = 0;
    private static final int END = 8;
    private static final int TYPE = 16;
    private static final int PID = 20;

    private LockOut() {}

    public static void start(long at, long value) {
        Memory.putLong(at + START, value);
    }

    public static void end(long at, long value) {
        Memory.putLong(at + END, value);
    }

    public static void type(long at, int value) {
        Memory.putInt(at + TYPE, value);
    }

    public static void pid(long at, int value) {
        Memory.putInt(at + PID, value);
    }
}
