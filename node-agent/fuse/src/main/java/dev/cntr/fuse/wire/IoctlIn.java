package dev.cntr.fuse.wire;

import dev.cntr.linux.Memory;

/** {@code struct fuse_ioctl_in}, the body of {@link Opcode#IOCTL}, followed by the input data. */
public final class IoctlIn {
    public static final int BYTES = 32;

    private static final int HANDLE = 0;
    private static final int FLAGS = 8;
    private static final int COMMAND = 12;
    private static final int ARGUMENT = 16;
    private static final int INPUT_SIZE = 24;
    private static final int OUTPUT_SIZE = 28;

    private IoctlIn() {}

    public static long handle(long at) {
        return Memory.getLong(at + HANDLE);
    }

    public static int flags(long at) {
        return Memory.getInt(at + FLAGS);
    }

    public static int command(long at) {
        return Memory.getInt(at + COMMAND);
    }

    public static long argument(long at) {
        return Memory.getLong(at + ARGUMENT);
    }

    public static int inputSize(long at) {
        return Memory.getInt(at + INPUT_SIZE);
    }

    public static int outputSize(long at) {
        return Memory.getInt(at + OUTPUT_SIZE);
    }

    /** The address of the input data. */
    public static long data(long at) {
        return at + BYTES;
    }
}
