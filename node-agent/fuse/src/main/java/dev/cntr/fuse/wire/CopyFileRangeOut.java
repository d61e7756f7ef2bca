package dev.cntr.fuse.wire;

import dev.cntr.linux.Memory;

/** {@code struct fuse_copy_file_range_out}, the answer to {@link Opcode#COPY_FILE_RANGE_64}. */
public final class CopyFileRangeOut {
    public static final int BYTES = 8;

    private static final int BYTES_COPIED = 0;

    private CopyFileRangeOut() {}

    public static void bytesCopied(long at, long value) {
        Memory.putLong(at + BYTES_COPIED, value);
    }
}
