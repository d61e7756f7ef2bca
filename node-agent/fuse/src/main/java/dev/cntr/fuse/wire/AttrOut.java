package dev.cntr.fuse.wire;

import dev.cntr.linux.Memory;

/** {@code struct fuse_attr_out}, the answer to {@link Opcode#GETATTR} and {@link Opcode#SETATTR}; {@link Attr} follows at {@link #attr}. */
public final class AttrOut {
    public static final int BYTES = 104;

    private static final int ATTR_VALID = 0;
    private static final int ATTR_VALID_NANOS = 8;
    private static final int PADDING = 12;

    private AttrOut() {}

    /** Seconds that the kernel may trust the attributes. */
    public static void attrValid(long at, long value) {
        Memory.putLong(at + ATTR_VALID, value);
    }

    public static void attrValidNanos(long at, int value) {
        Memory.putInt(at + ATTR_VALID_NANOS, value);
    }

    public static void padding(long at, int value) {
        Memory.putInt(at + PADDING, value);
    }

    /** The address of the attributes. */
    public static long attr(long at) {
        return at + 16;
    }
}
