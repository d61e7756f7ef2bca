package dev.cntr.linux;

/** Numbers that the {@code *at} system calls share, {@code uapi/linux/fcntl.h}. */
public final class At {
    /** In place of a directory descriptor: the caller's working directory. */
    public static final int FDCWD = -100;

    public static final int SYMLINK_NOFOLLOW = 0x100;
    public static final int REMOVEDIR = 0x200;
    public static final int NO_AUTOMOUNT = 0x800;
    public static final int EMPTY_PATH = 0x1000;

    /** statx(2): what the kernel has at hand, without asking a file system's server. */
    public static final int STATX_DONT_SYNC = 0x4000;

    /** Applies to the whole tree: open_tree(2), mount_setattr(2). */
    public static final int RECURSIVE = 0x8000;

    private At() {}
}
