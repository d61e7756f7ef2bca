package dev.cntr.fuse.wire;

import dev.cntr.linux.Memory;

/** {@code struct fuse_rename_in}, the body of {@link Opcode#RENAME}, followed by the old and the new name. */
public final class RenameIn {
    public static final int BYTES = 8;

    private static final int NEW_DIRECTORY = 0;

    private RenameIn() {}

    public static long newDirectory(long at) {
        return Memory.getLong(at + NEW_DIRECTORY);
    }

    /** The address of the old name; the new one follows its zero. */
    public static long oldName(long at) {
        return at + BYTES;
    }
}
