package dev.cntr.fuse.wire;

import dev.cntr.linux.Memory;

/** {@code struct fuse_attr}: what stat(2) tells of a file. */
public final class Attr {
    public static final int BYTES = 88;

    private static final int INODE = 0;
    private static final int SIZE = 8;
    private static final int BLOCKS = 16;
    private static final int ATIME = 24;
    private static final int MTIME = 32;
    private static final int CTIME = 40;
    private static final int ATIME_NANOS = 48;
    private static final int MTIME_NANOS = 52;
    private static final int CTIME_NANOS = 56;
    private static final int MODE = 60;
    private static final int LINKS = 64;
    private static final int UID = 68;
    private static final int GID = 72;
    private static final int DEVICE = 76;
    private static final int BLOCK_SIZE = 80;
    private static final int FLAGS = 84;

    private Attr() {}

    public static void inode(long at, long value) {
        Memory.putLong(at + INODE, value);
    }

    public static void size(long at, long value) {
        Memory.putLong(at + SIZE, value);
    }

    public static void blocks(long at, long value) {
        Memory.putLong(at + BLOCKS, value);
    }

    public static void atime(long at, long value) {
        Memory.putLong(at + ATIME, value);
    }

    public static void mtime(long at, long value) {
        Memory.putLong(at + MTIME, value);
    }

    public static void ctime(long at, long value) {
        Memory.putLong(at + CTIME, value);
    }

    public static void atimeNanos(long at, int value) {
        Memory.putInt(at + ATIME_NANOS, value);
    }

    public static void mtimeNanos(long at, int value) {
        Memory.putInt(at + MTIME_NANOS, value);
    }

    public static void ctimeNanos(long at, int value) {
        Memory.putInt(at + CTIME_NANOS, value);
    }

    public static void mode(long at, int value) {
        Memory.putInt(at + MODE, value);
    }

    public static void links(long at, int value) {
        Memory.putInt(at + LINKS, value);
    }

    public static void uid(long at, int value) {
        Memory.putInt(at + UID, value);
    }

    public static void gid(long at, int value) {
        Memory.putInt(at + GID, value);
    }

    public static void device(long at, int value) {
        Memory.putInt(at + DEVICE, value);
    }

    public static void blockSize(long at, int value) {
        Memory.putInt(at + BLOCK_SIZE, value);
    }

    public static void flags(long at, int value) {
        Memory.putInt(at + FLAGS, value);
    }
}
