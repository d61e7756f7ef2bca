package dev.cntr.linux;

import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Blocking reads and writes on a pipe, pty, socket or other stream, which end when another thread closes the channel.
 *
 * <p>One thread may read while another writes; both are platform threads, for they block in the kernel. The open file
 * description becomes non-blocking, so it must not be shared with another process. Errors are {@link ErrnoException}.
 */
public final class FdChannel implements ByteChannel {
    /** The most that one read or write moves. */
    private static final int CHUNK = 64 * 1024;

    private static final int F_GETFL = 3;
    private static final int F_SETFL = 4;
    private static final int SHUT_WR = 1;

    private final Fd fd;
    private final Event wake = Event.open();
    private boolean closing;
    private int users;

    /** Takes ownership of a descriptor. */
    public FdChannel(Fd fd) {
        this.fd = fd;
        Kernel kernel = Kernel.current();
        long flags =
                ErrnoException.check(kernel.call(Syscall.FCNTL, fd.number(), F_GETFL), Syscall.FCNTL, fd.toString());
        long bits = flags | OpenFlag.bits(OpenFlag.O_NONBLOCK);
        ErrnoException.check(kernel.call(Syscall.FCNTL, fd.number(), F_SETFL, bits), Syscall.FCNTL, fd.toString());
    }

    /**
     * Waits for bytes and reads some.
     *
     * @return how many, or -1 at the end; a terminal whose other side is closed is at its end (EIO), a connection that the
     *     peer reset as well
     * @throws ClosedChannelException when the channel is or gets closed
     */
    @Override
    public int read(ByteBuffer to) throws ClosedChannelException {
        return read(to, null);
    }

    /** As {@link #read(ByteBuffer)}, giving 0 where the time ran out. */
    public int read(ByteBuffer to, @Nullable Duration timeout) throws ClosedChannelException {
        int wanted = Math.min(to.remaining(), CHUNK);
        if (wanted == 0) {
            return 0;
        }
        long deadline = timeout == null ? 0 : System.nanoTime() + timeout.toNanos();
        enter();
        try (Scratch s = new Scratch()) {
            long buffer = s.allocate(wanted);
            while (true) {
                long n = Kernel.current().call(Syscall.READ, fd.number(), buffer, wanted);
                if (n > 0) {
                    to.put(Memory.view(buffer, n));
                    return (int) n;
                }
                if (n == 0 || n == Errno.EIO.negative() || n == Errno.ECONNRESET.negative()) {
                    return -1;
                }
                if (n != Errno.EAGAIN.negative() && n != Errno.EINTR.negative()) {
                    throw new ErrnoException(Syscall.READ.call(), Errno.of(-n), fd.toString());
                }
                if (!await(Poll.IN, timeout == null ? null : Duration.ofNanos(deadline - System.nanoTime()))) {
                    return 0;
                }
            }
        } finally {
            leave();
        }
    }

    /**
     * Writes all that remains, waiting for room.
     *
     * @return how many bytes those were
     * @throws ClosedChannelException when the channel is or gets closed
     */
    @Override
    public int write(ByteBuffer from) throws ClosedChannelException {
        int total = from.remaining();
        enter();
        try (Scratch s = new Scratch()) {
            long buffer = s.allocate(Math.clamp(total, 1, CHUNK));
            while (from.hasRemaining()) {
                int length = Math.min(from.remaining(), CHUNK);
                Memory.view(buffer, length).put(from.slice(from.position(), length));
                long n = Kernel.current().call(Syscall.WRITE, fd.number(), buffer, length);
                if (n >= 0) {
                    from.position(from.position() + (int) n);
                } else if (n == Errno.EAGAIN.negative()) {
                    await(Poll.OUT, null);
                } else if (n != Errno.EINTR.negative()) {
                    throw new ErrnoException(Syscall.WRITE.call(), Errno.of(-n), fd.toString());
                }
            }
            return total;
        } finally {
            leave();
        }
    }

    /** Tells the peer of a socket that nothing more is written, shutdown(2). It is no error where the peer has gone. */
    public void shutdownOutput() throws ClosedChannelException {
        enter();
        try {
            long r = Kernel.current().call(Syscall.SHUTDOWN, fd.number(), SHUT_WR);
            if (r != Errno.ENOTCONN.negative()) {
                ErrnoException.check(r, Syscall.SHUTDOWN, fd.toString());
            }
        } finally {
            leave();
        }
    }

    /**
     * ioctl(2) with a number or an address.
     *
     * @param name of the request, for a message
     */
    public long ioctl(long request, long argument, String name) throws ClosedChannelException {
        enter();
        try {
            long r = Kernel.current().call(Syscall.IOCTL, fd.number(), request, argument);
            return ErrnoException.check(r, Syscall.IOCTL, name + " of " + fd);
        } finally {
            leave();
        }
    }

    @Override
    public synchronized boolean isOpen() {
        return !closing;
    }

    /** Closes it; a thread that blocks in it leaves with {@link ClosedChannelException}. */
    @Override
    public synchronized void close() {
        if (closing) {
            return;
        }
        closing = true;
        if (users == 0) {
            release();
        } else {
            wake.raise();
        }
    }

    /** Gives whether it became ready before the time ran out. */
    private boolean await(int events, @Nullable Duration timeout) throws ClosedChannelException {
        Duration left = timeout != null && timeout.isNegative() ? Duration.ZERO : timeout;
        int[] ready = Poll.await(List.of(new Poll.Interest(fd, events), new Poll.Interest(wake.fd(), Poll.IN)), left);
        if (ready[1] != 0) {
            throw new ClosedChannelException();
        }
        return ready[0] != 0;
    }

    private synchronized void enter() throws ClosedChannelException {
        if (closing) {
            throw new ClosedChannelException();
        }
        users++;
    }

    private synchronized void leave() {
        users--;
        if (closing && users == 0) {
            release();
        }
    }

    private void release() {
        fd.close();
        wake.close();
    }
}
