package dev.cntr.linux;

import java.util.concurrent.atomic.AtomicInteger;

/** An open file descriptor that this object owns: it is closed once, and its number is not used after that. */
public final class Fd implements AutoCloseable {
    private static final int CLOSED = -1;
    private static final int F_DUPFD_CLOEXEC = 1030;

    private final AtomicInteger number;

    private Fd(int number) {
        this.number = new AtomicInteger(number);
    }

    /** Takes ownership of the result of a call that gives a descriptor; throws where that is a negative errno. */
    public static Fd of(long result, Syscall call, String subject) {
        return new Fd((int) ErrnoException.check(result, call, subject));
    }

    /** Opens a path, openat(2). The descriptor is always closed on exec. */
    public static Fd open(String path, OpenFlag... flags) {
        return open(At.FDCWD, path, path, flags);
    }

    /** Opens a path under an open directory, openat(2). The descriptor is always closed on exec. */
    public static Fd open(Fd directory, String path, OpenFlag... flags) {
        return open(directory.number(), path, path + " in " + directory, flags);
    }

    private static Fd open(int directory, String path, String subject, OpenFlag... flags) {
        try (Scratch s = new Scratch()) {
            int bits = OpenFlag.bits(flags) | OpenFlag.bits(OpenFlag.O_CLOEXEC);
            return of(Kernel.current().call(Syscall.OPENAT, directory, s.string(path), bits), Syscall.OPENAT, subject);
        }
    }

    /** A second descriptor of the same open file, closed on exec: {@code F_DUPFD_CLOEXEC} of fcntl(2). */
    public Fd duplicate() {
        return of(Kernel.current().call(Syscall.FCNTL, number(), F_DUPFD_CLOEXEC, 0), Syscall.FCNTL, toString());
    }

    /**
     * The number, for a system call.
     *
     * @throws IllegalStateException when it has been closed
     */
    public int number() {
        int n = number.get();
        if (n == CLOSED) {
            throw new IllegalStateException("the file descriptor is closed");
        }
        return n;
    }

    public boolean isOpen() {
        return number.get() != CLOSED;
    }

    /** Gives up ownership: the caller closes the number. */
    public int release() {
        int n = number.getAndSet(CLOSED);
        if (n == CLOSED) {
            throw new IllegalStateException("the file descriptor is closed");
        }
        return n;
    }

    /** Closes it, close(2); a second time does nothing. */
    @Override
    public void close() {
        int n = number.getAndSet(CLOSED);
        if (n != CLOSED) {
            Kernel.current().call(Syscall.CLOSE, n);
        }
    }

    @Override
    public String toString() {
        return "fd " + number.get();
    }
}
