package dev.cntr.linux;

import java.util.concurrent.atomic.AtomicInteger;

/** An open file descriptor that this object owns: it is closed once, and its number is not used after that. */
public final class Fd implements AutoCloseable {
    private static final int CLOSED = -1;

    private final AtomicInteger number;

    private Fd(int number) {
        this.number = new AtomicInteger(number);
    }

    /** Takes ownership of the result of a call that gives a descriptor; throws where that is a negative errno. */
    public static Fd of(long result, Syscall call, String subject) {
        return new Fd((int) ErrnoException.check(result, call, subject));
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
