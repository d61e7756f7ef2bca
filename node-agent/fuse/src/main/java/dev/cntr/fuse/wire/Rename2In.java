package dev.cntr.fuse.wire;

import dev.cntr.linux.Memory;

/** {@code struct fuse_rename2_in}, the body of {@link Opcode#RENAME2}, followed by the old and the new name. */
public final class Rename2In {
    public static final int BYTES = 16;

    private static final int NEW_DIRECTORY = 0;
    private static final int FLAGS = 8;

    private Rename2In() {}

    public static long newDirectory(long at) {
        return Memory.getLong(at + NEW_DIRECTORY);
    }

    /** As of renameat2(2). */
    public static int flags(long at) {
        return Memory.getInt(at + FLAGS);
    }

    /** The address of the old name; the new one follows its zero. */
    public static long oldName(long at) {
        return at + BYTES;
    }
}
