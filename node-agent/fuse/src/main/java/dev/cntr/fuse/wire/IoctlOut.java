package dev.cntr.fuse.wire;

import dev.cntr.linux.Memory;

/** {@code struct fuse_ioctl_out}, the answer to {@link Opcode#IOCTL}, followed by the output data. */
public final class IoctlOut {
    public static final int BYTES = 16;

    private static final int RESULT = 0;
    private static final int FLAGS = 4;
    private static final int INPUT_VECTORS = 8;
    private static final int OUTPUT_VECTORS = 12;

    private IoctlOut() {}

    public static void clear(long at) {
        Memory.clear(at, BYTES);
    }

    public static void result(long at, int value) {
        Memory.putInt(at + RESULT, value);
    }

    public static void flags(long at, int value) {
        Memory.putInt(at + FLAGS, value);
    }

    public static void inputVectors(long at, int value) {
        Memory.putInt(at + INPUT_VECTORS, value);
    }

    public static void outputVectors(long at, int value) {
        Memory.putInt(at + OUTPUT_VECTORS, value);
    }
}
