package dev.cntr.fuse.wire;

import dev.cntr.linux.Memory;

/** {@code struct fuse_read_in}, the body of {@link Opcode#READ}, {@link Opcode#READDIR} and {@link Opcode#READDIRPLUS}. */
public final class ReadIn {
    public static final int BYTES = 40;

    private static final int HANDLE = 0;
    private static final int OFFSET = 8;
    private static final int SIZE = 16;
    private static final int READ_FLAGS = 20;
    private static final int LOCK_OWNER = 24;
    private static final int FLAGS = 32;

    private ReadIn() {}

    public static long handle(long at) {
        return Memory.getLong(at + HANDLE);
    }

    public static long offset(long at) {
        return Memory.getLong(at + OFFSET);
    }

    public static int size(long at) {
        return Memory.getInt(at + SIZE);
    }

    public static int readFlags(long at) {
        return Memory.getInt(at + READ_FLAGS);
    }

    public static long lockOwner(long at) {
        return Memory.getLong(at + LOCK_OWNER);
    }

    public static int flags(long at) {
        return Memory.getInt(at + FLAGS);
    }
}
