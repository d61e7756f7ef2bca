package dev.cntr.fuse.wire;

import dev.cntr.linux.Memory;

/**
 * {@code struct fuse_dirent}: an entry of the answer to {@link Opcode#READDIR}; after an {@link EntryOut} it is
 * {@code struct fuse_direntplus} of {@link Opcode#READDIRPLUS}. Entries are padded with zeros to 8 bytes.
 */
public final class Dirent {
    private static final int INODE = 0;
    private static final int OFFSET = 8;
    private static final int NAME_LENGTH = 16;
    private static final int TYPE = 20;
    private static final int NAME = 24;

    private Dirent() {}

    /** Bytes that an entry takes. */
    public static int size(int nameLength) {
        return (NAME + nameLength + 7) & ~7;
    }

    /** Bytes that an entry with attributes takes. */
    public static int sizePlus(int nameLength) {
        return EntryOut.BYTES + size(nameLength);
    }

    /**
     * Writes an entry.
     *
     * @param offset where a later READDIR goes on behind this entry
     * @param type {@code DT_*} of readdir(3)
     */
    public static void put(long at, long inode, long offset, int type, long name, int nameLength) {
        Memory.putLong(at + size(nameLength) - 8, 0);
        Memory.putLong(at + INODE, inode);
        Memory.putLong(at + OFFSET, offset);
        Memory.putInt(at + NAME_LENGTH, nameLength);
        Memory.putInt(at + TYPE, type);
        Memory.copy(name, at + NAME, nameLength);
    }
}
