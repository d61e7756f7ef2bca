package dev.cntr.linux;

/**
 * Which file something is: its device and inode number. Two namespaces, mounts' roots or files are the same where these
 * are equal.
 */
public record FileIdentity(int major, int minor, long inode) {
    private static final int STATX_INO = 0x100;
    private static final int SIZE = 256;

    /** Of what a path leads to, symbolic links (and the magic ones of /proc) followed. */
    public static FileIdentity of(String path) {
        return of(At.FDCWD, path, 0, STATX_INO, path);
    }

    /** Of what a path under an open directory leads to, symbolic links followed. */
    public static FileIdentity of(Fd directory, String path) {
        return of(directory.number(), path, 0, STATX_INO, path);
    }

    /** Of an open file. */
    public static FileIdentity of(Fd file) {
        return of(file.number(), "", At.EMPTY_PATH, STATX_INO, file.toString());
    }

    /**
     * Only the device of an open file: the inode is 0. On FUSE this never asks the server, so that it works on one that
     * hangs ({@code fuse_getattr} in {@code fs/fuse/dir.c}).
     */
    public static FileIdentity deviceOf(Fd file) {
        FileIdentity f = of(file.number(), "", At.EMPTY_PATH | At.STATX_DONT_SYNC, 0, file.toString());
        return new FileIdentity(f.major, f.minor, 0);
    }

    /** statx(2); the offsets are those of {@code struct statx} in {@code uapi/linux/stat.h}. */
    private static FileIdentity of(int directory, String path, int flags, int mask, String subject) {
        try (Scratch s = new Scratch()) {
            long st = s.allocate(SIZE);
            long r = Kernel.current().call(Syscall.STATX, directory, s.string(path), flags, mask, st);
            ErrnoException.check(r, Syscall.STATX, subject);
            return new FileIdentity(Memory.getInt(st + 136), Memory.getInt(st + 140), Memory.getLong(st + 32));
        }
    }

    /** {@code major:minor}, as /proc/PID/mountinfo writes it. */
    public String device() {
        return Integer.toUnsignedString(major) + ":" + Integer.toUnsignedString(minor);
    }

    @Override
    public String toString() {
        return device() + " inode " + Long.toUnsignedString(inode);
    }
}
