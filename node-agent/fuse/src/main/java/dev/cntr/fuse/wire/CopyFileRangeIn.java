package dev.cntr.fuse.wire;

import dev.cntr.linux.Memory;

/** {@code struct fuse_copy_file_range_in}, the body of {@link Opcode#COPY_FILE_RANGE} and {@link Opcode#COPY_FILE_RANGE_64}; the header names the source. */
public final class CopyFileRangeIn {
    public static final int BYTES = 56;

    private static final int HANDLE_IN = 0;
    private static final int OFFSET_IN = 8;
    private static final int NODE_ID_OUT = 16;
    private static final int HANDLE_OUT = 24;
    private static final int OFFSET_OUT = 32;
    private static final int LENGTH = 40;
    private static final int FLAGS = 48;

    private CopyFileRangeIn() {}

    public static long handleIn(long at) {
        return Memory.getLong(at + HANDLE_IN);
    }

    public static long offsetIn(long at) {
        return Memory.getLong(at + OFFSET_IN);
    }

    public static long nodeIdOut(long at) {
        return Memory.getLong(at + NODE_ID_OUT);
    }

    public static long handleOut(long at) {
        return Memory.getLong(at + HANDLE_OUT);
    }

    public static long offsetOut(long at) {
        return Memory.getLong(at + OFFSET_OUT);
    }

    public static long length(long at) {
        return Memory.getLong(at + LENGTH);
    }

    public static long flags(long at) {
        return Memory.getLong(at + FLAGS);
    }
}
