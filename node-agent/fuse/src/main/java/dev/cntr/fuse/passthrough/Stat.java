package dev.cntr.fuse.passthrough;

import dev.cntr.fuse.wire.Attr;
import dev.cntr.linux.Memory;

/** The {@code struct statx} at an address, {@code uapi/linux/stat.h}. */
record Stat(long address) {
    private static final int BLKSIZE = 4;
    private static final int NLINK = 16;
    private static final int UID = 20;
    private static final int GID = 24;
    private static final int MODE = 28;
    private static final int INO = 32;
    private static final int SIZE = 40;
    private static final int BLOCKS = 48;
    private static final int ATIME = 64;
    private static final int CTIME = 96;
    private static final int MTIME = 112;
    private static final int NANOS = 8;
    private static final int RDEV_MAJOR = 128;
    private static final int RDEV_MINOR = 132;
    private static final int DEV_MAJOR = 136;
    private static final int DEV_MINOR = 140;

    long device() {
        return (long) Memory.getInt(address + DEV_MAJOR) << 32 | (Memory.getInt(address + DEV_MINOR) & 0xffff_ffffL);
    }

    long inode() {
        return Memory.getLong(address + INO);
    }

    int mode() {
        return Memory.getShort(address + MODE);
    }

    int type() {
        return mode() & Modes.S_IFMT;
    }

    boolean isOf(Inode inode) {
        return inode.isSame(device(), inode());
    }

    /** Writes it as a {@code struct fuse_attr}. */
    void putAttr(long at) {
        Attr.inode(at, inode());
        Attr.size(at, Memory.getLong(address + SIZE));
        Attr.blocks(at, Memory.getLong(address + BLOCKS));
        Attr.atime(at, Memory.getLong(address + ATIME));
        Attr.mtime(at, Memory.getLong(address + MTIME));
        Attr.ctime(at, Memory.getLong(address + CTIME));
        Attr.atimeNanos(at, Memory.getInt(address + ATIME + NANOS));
        Attr.mtimeNanos(at, Memory.getInt(address + MTIME + NANOS));
        Attr.ctimeNanos(at, Memory.getInt(address + CTIME + NANOS));
        Attr.mode(at, mode());
        Attr.links(at, Memory.getInt(address + NLINK));
        Attr.uid(at, Memory.getInt(address + UID));
        Attr.gid(at, Memory.getInt(address + GID));
        Attr.device(at, encodedDevice());
        Attr.blockSize(at, Memory.getInt(address + BLKSIZE));
        Attr.flags(at, 0);
    }

    /** A device number in the kernel's 32-bit form, {@code new_encode_dev} in {@code linux/kdev_t.h}. */
    private int encodedDevice() {
        int major = Memory.getInt(address + RDEV_MAJOR);
        int minor = Memory.getInt(address + RDEV_MINOR);
        return (minor & 0xff) | (major << 8) | ((minor & ~0xff) << 12);
    }
}
