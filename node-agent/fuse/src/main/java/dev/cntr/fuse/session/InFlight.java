package dev.cntr.fuse.session;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Which request each thread of a session is answering. It serves two questions: whether a request has been interrupted,
 * and whether all requests that were being answered at some moment are over, so that what they may have used can be
 * freed.
 */
public final class InFlight {
    private static final long IDLE = 0;

    /** Threads are this many words apart, so that no two share a cache line. */
    private static final int STRIDE = 16;

    private static final int INTERRUPTED = 1;

    private final AtomicLongArray words;
    private final int threads;

    InFlight(int threads) {
        this.threads = threads;
        this.words = new AtomicLongArray(threads * STRIDE);
    }

    void begin(int thread, long unique) {
        words.set(thread * STRIDE, unique);
    }

    void end(int thread) {
        words.set(thread * STRIDE, IDLE);
    }

    /** Marks a request as interrupted where a thread is at it; one that is over, or not yet read, is left alone. */
    void interrupt(long unique) {
        for (int t = 0; t < threads; t++) {
            if (words.get(t * STRIDE) == unique) {
                words.set(t * STRIDE + INTERRUPTED, unique);
            }
        }
    }

    boolean interrupted(int thread, long unique) {
        return words.get(thread * STRIDE + INTERRUPTED) == unique;
    }

    /** What every thread is at now, for {@link #over}. */
    public long[] snapshot() {
        long[] now = new long[threads];
        for (int t = 0; t < threads; t++) {
            now[t] = words.get(t * STRIDE);
        }
        return now;
    }

    /** Whether some threads, counted from the first, are all still at the requests of a snapshot. */
    boolean heldUp(int some, long[] snapshot) {
        for (int t = 0; t < some; t++) {
            if (snapshot[t] == IDLE || words.get(t * STRIDE) != snapshot[t]) {
                return false;
            }
        }
        return true;
    }

    /** Whether every request of a snapshot has been answered. The kernel gives no number twice. */
    public boolean over(long[] snapshot) {
        for (int t = 0; t < threads; t++) {
            if (snapshot[t] != IDLE && words.get(t * STRIDE) == snapshot[t]) {
                return false;
            }
        }
        return true;
    }
}
