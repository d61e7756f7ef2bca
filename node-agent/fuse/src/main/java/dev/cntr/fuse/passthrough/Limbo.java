package dev.cntr.fuse.passthrough;

import dev.cntr.fuse.session.InFlight;
import dev.cntr.linux.Kernel;
import dev.cntr.linux.Syscall;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Descriptors that nobody will find any more, but that a request in progress may still use: they are closed when all
 * requests that were in progress when they came here are over.
 */
final class Limbo {
    private final InFlight inFlight;
    private final Deque<Batch> batches = new ArrayDeque<>();
    private volatile boolean waiting;

    Limbo(InFlight inFlight) {
        this.inFlight = inFlight;
    }

    private record Batch(int[] fds, long[] snapshot) {}

    synchronized void add(int[] fds) {
        batches.add(new Batch(fds, inFlight.snapshot()));
        waiting = true;
    }

    /** Closes what can be closed by now. */
    void drain(Kernel kernel) {
        if (waiting) {
            drain(kernel, false);
        }
    }

    /** Closes everything, when no request is in progress. */
    void closeAll(Kernel kernel) {
        drain(kernel, true);
    }

    private synchronized void drain(Kernel kernel, boolean all) {
        Batch first = batches.peek();
        while (first != null && (all || inFlight.over(first.snapshot()))) {
            for (int fd : first.fds()) {
                kernel.call(Syscall.CLOSE, fd);
            }
            batches.remove();
            first = batches.peek();
        }
        waiting = first != null;
    }
}
