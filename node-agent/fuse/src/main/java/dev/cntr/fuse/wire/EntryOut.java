package dev.cntr.fuse.wire;

import dev.cntr.linux.Memory;

/** {@code struct fuse_entry_out}, the answer to {@link Opcode#LOOKUP} and to everything that creates; {@link Attr} follows at {@link #attr}. */
public final class EntryOut {
    public static final int BYTES = 128;

    private static final int NODE_ID = 0;
    private static final int GENERATION = 8;
    private static final int ENTRY_VALID = 16;
    private static final int ATTR_VALID = 24;
    private static final int ENTRY_VALID_NANOS = 32;
    private static final int ATTR_VALID_NANOS = 36;

    private EntryOut() {}

    /** 0 means that there is no such name, and that the kernel may remember so. */
    public static void nodeId(long at, long value) {
        Memory.putLong(at + NODE_ID, value);
    }

    public static void generation(long at, long value) {
        Memory.putLong(at + GENERATION, value);
    }

    /** Seconds that the kernel may trust the name. */
    public static void entryValid(long at, long value) {
        Memory.putLong(at + ENTRY_VALID, value);
    }

    /** Seconds that it may trust the attributes. */
    public static void attrValid(long at, long value) {
        Memory.putLong(at + ATTR_VALID, value);
    }

    public static void entryValidNanos(long at, int value) {
        Memory.putInt(at + ENTRY_VALID_NANOS, value);
    }

    public static void attrValidNanos(long at, int value) {
        Memory.putInt(at + ATTR_VALID_NANOS, value);
    }

    /** The address of the attributes. */
    public static long attr(long at) {
        return at + 40;
    }
}
