package dev.cntr.fuse.passthrough;

import dev.cntr.fuse.session.Pages;
import dev.cntr.linux.At;
import dev.cntr.linux.ErrnoException;
import dev.cntr.linux.Fd;
import dev.cntr.linux.Kernel;
import dev.cntr.linux.Memory;
import dev.cntr.linux.OpenFlag;
import dev.cntr.linux.Syscall;

/**
 * The system calls that one thread makes on the backing tree, with the memory for their arguments. Results are as of the
 * kernel: a negative errno is a failure.
 *
 * <p>The thread's working directory is {@code /proc/self/fd}: an O_PATH descriptor is opened for real, and given to calls that
 * know only paths, by its number as a relative path (magic links, proc_pid_fd(5)).
 */
final class Calls implements AutoCloseable {
    static final int PATH_MAX = 4096;

    private static final int O_PATH_NOFOLLOW = OpenFlag.bits(OpenFlag.O_PATH, OpenFlag.O_NOFOLLOW, OpenFlag.O_CLOEXEC);
    private static final int O_PATH_ONLY = OpenFlag.bits(OpenFlag.O_PATH, OpenFlag.O_CLOEXEC);
    private static final int O_CLOEXEC = OpenFlag.bits(OpenFlag.O_CLOEXEC);
    private static final int O_LISTABLE =
            OpenFlag.bits(OpenFlag.O_RDONLY, OpenFlag.O_DIRECTORY, OpenFlag.O_NOFOLLOW, OpenFlag.O_CLOEXEC);
    private static final int STATX_BASIC_STATS = 0x7ff;

    private static final int STAT = 0;
    private static final int NUMBER = 512;
    private static final int EMPTY = 528;
    private static final int DOT = 536;
    private static final int NAME = 544;
    private static final int SCRATCH = 1024;

    final Kernel kernel;
    private final Pages memory = Pages.allocate(SCRATCH + PATH_MAX);
    private final Stat stat;

    /** For calls that need no path of a descriptor: the thread stays where it is. */
    Calls(Kernel kernel) {
        this.kernel = kernel;
        this.stat = new Stat(memory.address() + STAT);
        Memory.putByte(dot(), '.');
    }

    /** For a thread that has its own working directory, which is changed. */
    static Calls onServingThread(Kernel kernel) {
        try (Fd fds = Fd.open("/proc/self/fd", OpenFlag.O_RDONLY, OpenFlag.O_DIRECTORY)) {
            ErrnoException.check(kernel.call(Syscall.FCHDIR, fds.number()), Syscall.FCHDIR, "/proc/self/fd");
        }
        return new Calls(kernel);
    }

    /** What the last successful stat read. */
    Stat stat() {
        return stat;
    }

    /** {@link #PATH_MAX} bytes for the arguments of one call. */
    long scratch() {
        return memory.address() + SCRATCH;
    }

    long empty() {
        return memory.address() + EMPTY;
    }

    long dot() {
        return memory.address() + DOT;
    }

    /** A name in native memory. */
    long name(byte[] name) {
        long at = memory.address() + NAME;
        Memory.copy(name, 0, at, name.length);
        Memory.putByte(at + name.length, 0);
        return at;
    }

    /** The path of an open descriptor: its number, relative to the working directory. */
    long path(int fd) {
        long at = memory.address() + NUMBER;
        int digits = 1;
        for (int rest = fd; rest >= 10; rest /= 10) {
            digits++;
        }
        Memory.putByte(at + digits, 0);
        int rest = fd;
        for (int i = digits - 1; i >= 0; i--) {
            Memory.putByte(at + i, '0' + rest % 10);
            rest /= 10;
        }
        return at;
    }

    /** Stats an open file, statx(2). */
    int stat(int fd) {
        return (int) kernel.call(Syscall.STATX, fd, empty(), At.EMPTY_PATH, STATX_BASIC_STATS, stat.address());
    }

    /** Stats a name in a directory, not following a symbolic link. */
    int stat(int directory, long name) {
        return (int)
                kernel.call(Syscall.STATX, directory, name, At.SYMLINK_NOFOLLOW, STATX_BASIC_STATS, stat.address());
    }

    /** An O_PATH descriptor of a name in a directory, not following a symbolic link. */
    int openPath(int directory, long name) {
        return (int) kernel.call(Syscall.OPENAT, directory, name, O_PATH_NOFOLLOW);
    }

    /** A descriptor of a directory by which it can be listed, not following a symbolic link. */
    int openListable(int directory, long name) {
        return (int) kernel.call(Syscall.OPENAT, directory, name, O_LISTABLE);
    }

    /** Opens for real what an O_PATH (or any) descriptor refers to. */
    int reopen(int fd, int flags) {
        return (int) kernel.call(Syscall.OPENAT, At.FDCWD, path(fd), flags | O_CLOEXEC);
    }

    /** A second, O_PATH descriptor of an open file. */
    int reopenPath(int fd) {
        return (int) kernel.call(Syscall.OPENAT, At.FDCWD, path(fd), O_PATH_ONLY);
    }

    int openDirectory(int fd) {
        return reopen(fd, OpenFlag.bits(OpenFlag.O_RDONLY, OpenFlag.O_DIRECTORY));
    }

    void close(int fd) {
        kernel.call(Syscall.CLOSE, fd);
    }

    @Override
    public void close() {
        memory.close();
    }
}
