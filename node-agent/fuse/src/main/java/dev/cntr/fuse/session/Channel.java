package dev.cntr.fuse.session;

import dev.cntr.fuse.wire.Opcode;
import dev.cntr.fuse.wire.RequestHeader;
import dev.cntr.fuse.wire.WriteIn;
import dev.cntr.linux.Errno;
import dev.cntr.linux.Kernel;
import dev.cntr.linux.Syscall;
import org.jspecify.annotations.Nullable;

/**
 * One thread's way to the kernel: a device and a buffer for each direction. This is where it is decided what is done
 * about a read that fails.
 */
final class Channel implements AutoCloseable {
    /** Headers come before the data of a WRITE. */
    private static final int HEADERS = RequestHeader.BYTES + WriteIn.BYTES;

    private final FuseDevice device;
    private final Pages in;
    private final Pages out;
    private final int inBytes;
    private final int outBytes;

    Channel(FuseDevice device, int maxWrite) {
        this.device = device;
        this.inBytes = maxWrite + Pages.PAGE;
        this.outBytes = maxWrite;
        // the data of a WRITE begins on a page boundary, for backing files that are open with O_DIRECT
        this.in = Pages.allocate(inBytes + Pages.PAGE);
        this.out = Pages.allocate(outBytes + 2L * Pages.PAGE);
    }

    /** Where requests are read to. */
    long requestAddress() {
        return in.address() + Pages.PAGE - HEADERS;
    }

    Request request(InFlight inFlight, int thread) {
        return new Request(requestAddress(), inFlight, thread);
    }

    Reply reply(Kernel kernel) {
        return new Reply(kernel, device.number(), out.address() + Pages.PAGE, outBytes);
    }

    /**
     * Waits for a request, read(2).
     *
     * @return false when the connection has ended: unmounted, or aborted
     */
    boolean read(Kernel kernel) {
        while (true) {
            long n = kernel.call(Syscall.READ, device.number(), requestAddress(), inBytes);
            if (n >= RequestHeader.BYTES) {
                return true;
            }
            // ENOENT: the request was withdrawn while it was read
            if (n != Errno.ENOENT.negative() && n != Errno.EINTR.negative() && n != Errno.EAGAIN.negative()) {
                return false;
            }
        }
    }

    @Nullable
    Opcode opcode() {
        return Opcode.of(RequestHeader.opcode(requestAddress()));
    }

    FuseDevice device() {
        return device;
    }

    @Override
    public void close() {
        device.close();
        in.close();
        out.close();
    }
}
