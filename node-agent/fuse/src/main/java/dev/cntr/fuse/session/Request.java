package dev.cntr.fuse.session;

import dev.cntr.fuse.wire.RequestHeader;

/**
 * The request that a thread is answering. It is one object a thread, its memory is overwritten by the next request: nothing of it
 * may be kept. The fields of the body are read by the classes of {@code dev.cntr.fuse.wire} at {@link #body}.
 */
public final class Request {
    private final long address;
    private final InFlight inFlight;
    private final int thread;

    Request(long address, InFlight inFlight, int thread) {
        this.address = address;
        this.inFlight = inFlight;
        this.thread = thread;
    }

    /** Where the request begins: its {@link RequestHeader}. */
    public long address() {
        return address;
    }

    public long body() {
        return address + RequestHeader.BYTES;
    }

    /** The length of the body, extensions included. */
    public int bodyBytes() {
        return RequestHeader.length(address) - RequestHeader.BYTES;
    }

    public long unique() {
        return RequestHeader.unique(address);
    }

    public long nodeId() {
        return RequestHeader.nodeId(address);
    }

    /** The caller's fsuid; -1 on an idmapped mount for requests that create nothing. */
    public int uid() {
        return RequestHeader.uid(address);
    }

    /** The caller's fsgid; -1 on an idmapped mount for requests that create nothing. */
    public int gid() {
        return RequestHeader.gid(address);
    }

    /** The thread id of the caller in the pid namespace of the mount; 0 for one outside of it, and for the kernel itself. */
    public int pid() {
        return RequestHeader.pid(address);
    }

    /** Whether the caller has been killed or has had a signal meanwhile: a long answer may be cut short. */
    public boolean interrupted() {
        return inFlight.interrupted(thread, unique());
    }
}
