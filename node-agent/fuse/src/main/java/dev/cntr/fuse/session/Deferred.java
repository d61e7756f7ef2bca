package dev.cntr.fuse.session;

import dev.cntr.fuse.wire.ReplyHeader;
import dev.cntr.linux.ErrnoException;
import dev.cntr.linux.Fd;
import dev.cntr.linux.Kernel;
import dev.cntr.linux.Scratch;
import dev.cntr.linux.Syscall;

/**
 * The answer to a request that has been put off: one that may take as long as some other user of the tree likes. It is given by any thread, once,
 * without a body, and goes by a descriptor of its own of the channel that the request came by: the kernel takes it nowhere else.
 */
public final class Deferred implements AutoCloseable {
    private static final int F_DUPFD_CLOEXEC = 1030;

    private final Fd device;
    private final long unique;

    /** @throws ErrnoException with EMFILE where there is no descriptor for it */
    Deferred(Kernel kernel, int device, long unique) {
        long copy = kernel.call(Syscall.FCNTL, device, F_DUPFD_CLOEXEC, 0);
        this.device = Fd.of(copy, Syscall.FCNTL, "a FUSE channel");
        this.unique = unique;
    }

    /** The request's number, by which it is interrupted: {@link FileSystem#interrupted}. */
    public long unique() {
        return unique;
    }

    /** Answers with a negative errno, or with 0 for success. Where the connection has ended, nobody is there to get it. */
    public void answer(long result) {
        Kernel kernel = Kernel.current();
        try (Scratch s = new Scratch()) {
            long header = s.allocate(ReplyHeader.BYTES);
            ReplyHeader.length(header, ReplyHeader.BYTES);
            ReplyHeader.error(header, (int) Reply.acceptable(result));
            ReplyHeader.unique(header, unique);
            kernel.call(Syscall.WRITE, device.number(), header, ReplyHeader.BYTES);
        }
    }

    @Override
    public void close() {
        device.close();
    }
}
