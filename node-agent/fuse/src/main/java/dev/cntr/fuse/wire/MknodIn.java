package dev.cntr.fuse.wire;

import dev.cntr.linux.Memory;

/** {@code struct fuse_mknod_in}, the body of {@link Opcode#MKNOD}, followed by the name. */
public final class MknodIn {
    public static final int BYTES = 16;

    private static final int MODE = 0;
    private static final int DEVICE = 4;
    private static final int UMASK = 8;

    private MknodIn() {}

    public static int mode(long at) {
        return Memory.getInt(at + MODE);
    }

    public static int device(long at) {
        return Memory.getInt(at + DEVICE);
    }

    public static int umask(long at) {
        return Memory.getInt(at + UMASK);
    }

    /** The address of the name, which ends with a zero. */
    public static long name(long at) {
        return at + BYTES;
    }
}
