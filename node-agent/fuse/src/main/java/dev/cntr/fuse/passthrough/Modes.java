package dev.cntr.fuse.passthrough;

/** Bits of a file's mode, inode(7). */
final class Modes {
    static final int S_IFMT = 0xf000;
    static final int S_IFDIR = 0x4000;
    static final int S_IFREG = 0x8000;

    static final int PERMISSIONS = 0xfff;
    static final int S_ISUID = 0x800;
    static final int S_ISGID = 0x400;

    private Modes() {}
}
