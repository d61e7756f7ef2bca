package dev.cntr.fuse.passthrough;

import dev.cntr.fuse.passthrough.LockHolder.Range;
import dev.cntr.fuse.session.Deferred;
import dev.cntr.linux.Errno;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The requests of a tree that wait for locks, each in a thread of its own, until they have them or are interrupted. */
final class LockWaits {
    /** Further requests get ENOLCK. */
    private static final int MOST = 256;

    private static final int MOST_EARLY = 256;

    private final Map<Long, LockWait> waiting = new HashMap<>();

    /** Interrupts of requests that are not waiting: they may be about to, or are over. */
    private final Set<Long> early = new LinkedHashSet<>();

    private boolean closed;

    /**
     * Lets a request wait.
     *
     * @param file a descriptor of the holder's open file, which is closed afterwards
     * @param patience milliseconds after which the answer is EAGAIN; 0: for ever
     */
    void begin(Deferred deferred, int file, boolean flock, Range range, int patience) {
        LockWait wait = new LockWait(this, deferred, file, flock, range, patience);
        Errno obstacle = add(deferred.unique(), wait);
        if (obstacle == null) {
            wait.start();
        } else {
            wait.end(obstacle.negative());
        }
    }

    private synchronized @Nullable Errno add(long unique, LockWait wait) {
        if (early.remove(unique) || closed) {
            return Errno.EINTR;
        }
        if (waiting.size() >= MOST) {
            return Errno.ENOLCK;
        }
        waiting.put(unique, wait);
        return null;
    }

    synchronized void over(long unique) {
        waiting.remove(unique);
    }

    /** For {@link dev.cntr.fuse.session.FileSystem#interrupted}. */
    synchronized void interrupt(long unique) {
        LockWait wait = waiting.get(unique);
        if (wait != null) {
            wait.interrupt();
            return;
        }
        early.add(unique);
        if (early.size() > MOST_EARLY) {
            early.remove(early.iterator().next());
        }
    }

    /** How many wait. */
    synchronized int count() {
        return waiting.size();
    }

    /** Nobody waits any more. */
    synchronized void close() {
        closed = true;
        waiting.values().forEach(LockWait::interrupt);
    }
}
