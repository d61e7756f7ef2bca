package dev.cntr.cli.caller;

import dev.cntr.linux.Errno;
import dev.cntr.linux.ErrnoException;
import dev.cntr.linux.Fd;
import dev.cntr.linux.Kernel;
import dev.cntr.linux.Memory;
import dev.cntr.linux.Poll;
import dev.cntr.linux.Scratch;
import dev.cntr.linux.Syscall;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/**
 * A stream whose open file others use as well, as a caller's standard streams: its flags stay as they are, so that it may block
 * or not.
 */
public final class SharedStream extends OutputStream {
    private static final int CHUNK = 64 * 1024;

    private final Fd fd;

    /** @param fd stays the caller's */
    public SharedStream(Fd fd) {
        this.fd = fd;
    }

    /**
     * Reads what there is.
     *
     * @return how many bytes; 0 where there is nothing now, -1 at the end, which that of a terminal is as well that is gone (EIO)
     */
    public int read(byte[] to) {
        try (Scratch s = new Scratch()) {
            int most = Math.min(to.length, CHUNK);
            long buffer = s.allocate(most);
            long n = Kernel.current().call(Syscall.READ, fd.number(), buffer, most);
            if (n == Errno.EAGAIN.negative() || n == Errno.EINTR.negative()) {
                return 0;
            }
            if (n <= 0) {
                return -1;
            }
            Memory.view(buffer, n).get(to, 0, (int) n);
            return (int) n;
        }
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    /** @throws IOException where nobody reads it any more, or it is full */
    @Override
    public void write(byte[] from, int offset, int length) throws IOException {
        try (Scratch s = new Scratch()) {
            int most = Math.clamp(length, 1, CHUNK);
            long buffer = s.allocate(most);
            ByteBuffer rest = ByteBuffer.wrap(from, offset, length);
            while (rest.hasRemaining()) {
                int chunk = Math.min(rest.remaining(), most);
                Memory.view(buffer, chunk).put(rest.slice(rest.position(), chunk));
                long n = Kernel.current().call(Syscall.WRITE, fd.number(), buffer, chunk);
                if (n >= 0) {
                    rest.position(rest.position() + (int) n);
                } else if (n == Errno.EAGAIN.negative()) {
                    Poll.await(fd, Poll.OUT, null);
                } else if (n != Errno.EINTR.negative()) {
                    throw new IOException(
                            new ErrnoException(Syscall.WRITE.call(), Errno.of(-n), fd.toString()).getMessage());
                }
            }
        }
    }
}
