package dev.cntr.fuse.wire;

import dev.cntr.linux.Memory;

/** {@code struct fuse_init_in}, the body of {@link Opcode#INIT}: the version and the features that the kernel offers. */
public final class InitIn {
    public static final int BYTES = 64;

    private static final int MAJOR = 0;
    private static final int MINOR = 4;
    private static final int MAX_READAHEAD = 8;
    private static final int FLAGS = 12;
    private static final int FLAGS2 = 16;

    private InitIn() {}

    public static int major(long at) {
        return Memory.getInt(at + MAJOR);
    }

    public static int minor(long at) {
        return Memory.getInt(at + MINOR);
    }

    public static int maxReadahead(long at) {
        return Memory.getInt(at + MAX_READAHEAD);
    }

    /** Bits 0 to 31 of {@link InitFlag}. */
    public static int flags(long at) {
        return Memory.getInt(at + FLAGS);
    }

    /** Bits 32 to 63; only with {@link InitFlag#FUSE_INIT_EXT}. */
    public static int flags2(long at) {
        return Memory.getInt(at + FLAGS2);
    }
}
