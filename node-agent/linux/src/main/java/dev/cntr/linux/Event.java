package dev.cntr.linux;

/** A flag that one thread raises and others can {@link Poll} for, eventfd(2). Once raised it stays so, until it is lowered. */
public final class Event implements AutoCloseable {
    private static final int EFD_CLOEXEC = 0x80000;
    private static final int EFD_NONBLOCK = 0x800;

    private final Fd fd;

    private Event(Fd fd) {
        this.fd = fd;
    }

    public static Event open() {
        long r = Kernel.current().call(Syscall.EVENTFD2, 0, EFD_CLOEXEC | EFD_NONBLOCK);
        return new Event(Fd.of(r, Syscall.EVENTFD2, ""));
    }

    public void raise() {
        try (Scratch s = new Scratch()) {
            long r = Kernel.current().call(Syscall.WRITE, fd.number(), s.longs(1), Long.BYTES);
            ErrnoException.check(r, Syscall.WRITE, "eventfd");
        }
    }

    public void lower() {
        try (Scratch s = new Scratch()) {
            Kernel.current().call(Syscall.READ, fd.number(), s.allocate(Long.BYTES), Long.BYTES);
        }
    }

    /** Readable once it was raised. */
    public Fd fd() {
        return fd;
    }

    @Override
    public void close() {
        fd.close();
    }
}
