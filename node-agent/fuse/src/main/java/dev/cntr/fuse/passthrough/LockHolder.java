package dev.cntr.fuse.passthrough;

import dev.cntr.linux.Kernel;
import dev.cntr.linux.Memory;
import dev.cntr.linux.Scratch;
import dev.cntr.linux.Syscall;

/**
 * Who has locks on a file, or has asked for some: a process ({@code F_SETLK}) or an open file ({@code F_OFD_SETLK}, flock(2)). It has the backing
 * file open once for itself, and its locks are those of that open file: so they exclude those of all others, inside and outside,
 * and end when it is closed. Guarded by the {@link Inode}.
 */
final class LockHolder {
    /** fcntl(2), {@code uapi/asm-generic/fcntl.h}. */
    static final int F_RDLCK = 0;

    static final int F_WRLCK = 1;
    static final int F_UNLCK = 2;
    private static final int F_OFD_GETLK = 36;
    private static final int F_OFD_SETLK = 37;
    private static final int F_OFD_SETLKW = 38;
    private static final int F_DUPFD_CLOEXEC = 1030;

    /** flock(2). */
    private static final int LOCK_SH = 1;

    private static final int LOCK_EX = 2;
    private static final int LOCK_NB = 4;
    private static final int LOCK_UN = 8;

    /** {@code struct flock} of 64-bit machines. */
    static final int FLOCK_BYTES = 32;

    private static final int TYPE = 0;
    private static final int START = 8;
    private static final int LENGTH = 16;
    private static final int PID = 24;

    /** What is asked for: a part of a file as fuse_file_lock has it, or for flock(2) all of it. */
    record Range(int type, long start, long end) {
        static final Range UNLOCK_ALL = new Range(F_UNLCK, 0, Long.MAX_VALUE);

        boolean unlocksAll() {
            return equals(UNLOCK_ALL);
        }

        private void put(long at) {
            Memory.clear(at, FLOCK_BYTES);
            Memory.putShort(at + TYPE, type);
            Memory.putLong(at + START, start);
            Memory.putLong(at + LENGTH, end == Long.MAX_VALUE ? 0 : end - start + 1);
        }
    }

    /** The kernel's number of the owner; of processes and of open files none is the same. */
    final long owner;

    /** Locks of flock(2), which know nothing of those of fcntl(2). */
    final boolean flock;

    /** The open file by which it locked first: all its locks go with that, if it is an open file itself. */
    final long handle;

    /** In the pid namespace of the mount. */
    final int pid;

    /** Somebody has closed the file since it locked: maybe it is itself about to give its locks back. */
    boolean mayBeClosing;

    private final int fd;

    LockHolder(long owner, boolean flock, long handle, int pid, int fd) {
        this.owner = owner;
        this.flock = flock;
        this.handle = handle;
        this.pid = pid;
        this.fd = fd;
    }

    /** Locks or unlocks without waiting: EAGAIN where another holds it. */
    long set(Calls calls, Range range) {
        return set(calls.kernel, fd, flock, range, false, calls.scratch());
    }

    /** The same for any descriptor of this holder's open file; waiting ends with EINTR at a signal. */
    static long set(Kernel kernel, int fd, boolean flock, Range range, boolean wait, long scratch) {
        if (flock) {
            int operation = switch (range.type) {
                case F_RDLCK -> LOCK_SH;
                case F_WRLCK -> LOCK_EX;
                default -> LOCK_UN;
            };
            return kernel.call(Syscall.FLOCK, fd, operation | (wait ? 0 : LOCK_NB));
        }
        range.put(scratch);
        return kernel.call(Syscall.FCNTL, fd, wait ? F_OFD_SETLKW : F_OFD_SETLK, scratch);
    }

    /** Looks for a lock in the way of one on an open file: from then on {@link #foundType} and so on tell of it. */
    static long find(Calls calls, int fd, Range range) {
        range.put(calls.scratch());
        return calls.kernel.call(Syscall.FCNTL, fd, F_OFD_GETLK, calls.scratch());
    }

    static int foundType(Calls calls) {
        return Memory.getShort(calls.scratch() + TYPE);
    }

    static long foundStart(Calls calls) {
        return Memory.getLong(calls.scratch() + START);
    }

    /** The last byte. */
    static long foundEnd(Calls calls) {
        long length = Memory.getLong(calls.scratch() + LENGTH);
        return length == 0 ? Long.MAX_VALUE : foundStart(calls) + length - 1;
    }

    /** -1 for a lock of an open file, as those of holders are. */
    static int foundPid(Calls calls) {
        return Memory.getInt(calls.scratch() + PID);
    }

    /** Looks for a lock that is in the way of one of its own. */
    long find(Calls calls, Range range) {
        return find(calls, fd, range);
    }

    /** A further descriptor of its open file, or the negative errno. */
    int duplicate(Kernel kernel) {
        return (int) kernel.call(Syscall.FCNTL, fd, F_DUPFD_CLOEXEC, 0);
    }

    /** Gives all locks back. Also for who still waits with a {@link #duplicate}. */
    void end(Kernel kernel) {
        try (Scratch s = new Scratch()) {
            set(kernel, fd, flock, Range.UNLOCK_ALL, false, s.allocate(FLOCK_BYTES));
        }
        kernel.call(Syscall.CLOSE, fd);
    }
}
