package dev.cntr.fuse.session;

import dev.cntr.fuse.wire.ReplyHeader;
import dev.cntr.linux.Errno;
import dev.cntr.linux.Kernel;
import dev.cntr.linux.Syscall;

/**
 * The answer to the current request of a thread. The body is written at {@link #body}, then sent; nothing is zeroed
 * between two replies. Exactly one of {@link #send}, {@link #ok}, {@link #error} and {@link #defer} is called for a request that has a
 * reply.
 */
public final class Reply {
    /** The kernel refuses anything below, and would then wait for a proper answer for ever: fuse_dev_do_write(). */
    private static final long LOWEST_ERROR = -511;

    private static final int HEADER = ReplyHeader.BYTES;

    private final Kernel kernel;
    private final int device;
    private final long header;
    private final int capacity;
    private long unique;
    private boolean sent;

    /**
     * @param body a page boundary, so that O_DIRECT reads into the reply are aligned; the page before it takes the header
     */
    Reply(Kernel kernel, int device, long body, int capacity) {
        this.kernel = kernel;
        this.device = device;
        this.header = body - HEADER;
        this.capacity = capacity;
    }

    void begin(long answered) {
        unique = answered;
        sent = false;
    }

    boolean isSent() {
        return sent;
    }

    /** The address of the body, on a page boundary. */
    public long body() {
        return header + HEADER;
    }

    /** How many bytes the body may have. */
    public int capacity() {
        return capacity;
    }

    /**
     * Sends the body.
     *
     * @return false where the kernel did not take it, because the connection has ended: what the reply handed out to the
     *     kernel (a lookup, a handle) is still the server's
     */
    public boolean send(int bodyBytes) {
        return write(HEADER + bodyBytes, 0);
    }

    /** Success, without a body. */
    public boolean ok() {
        return write(HEADER, 0);
    }

    /** Failure with a negative errno; 0 means success. */
    public boolean error(long negativeErrno) {
        return write(HEADER, acceptable(negativeErrno));
    }

    /** A result as it is, if the kernel takes it, or else EIO. */
    static long acceptable(long negativeErrno) {
        boolean valid = negativeErrno <= 0 && negativeErrno >= LOWEST_ERROR;
        return valid ? negativeErrno : Errno.EIO.negative();
    }

    public boolean error(Errno errno) {
        return write(HEADER, errno.negative());
    }

    /**
     * Puts the answer off: it is not given by this, and the thread goes on to other requests.
     *
     * @throws dev.cntr.linux.ErrnoException with EMFILE where that takes too many descriptors: then it still has to be given
     */
    public Deferred defer() {
        Deferred deferred = new Deferred(kernel, device, unique);
        sent = true;
        return deferred;
    }

    private boolean write(int bytes, long error) {
        sent = true;
        ReplyHeader.length(header, bytes);
        ReplyHeader.error(header, (int) error);
        ReplyHeader.unique(header, unique);
        return kernel.call(Syscall.WRITE, device, header, bytes) >= 0;
    }
}
