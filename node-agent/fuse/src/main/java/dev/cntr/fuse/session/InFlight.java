package dev.cntr.fuse.session;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Which request each thread of a session is answering. It serves two questions: whether a request has been interrupted,
 * and whether all requests that were being answered at some moment are over, so that what they may have used can be
 * freed.
 */
public final class InFlight {
    /** Requests have numbers above it: what a thread is at that has had none. */
    private static final long NONE = 0;

    private static final long LOST = Long.MAX_VALUE;

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

    void end(int thread, long unique) {
        words.set(thread * STRIDE, -unique);
    }

    /** A thread has failed, and answers nothing any more. */
    void lose(int thread) {
        words.set(thread * STRIDE, LOST);
    }

    /** What a thread is at: the request's number, or less than 1 after it, which is another value after each. */
    long at(int thread) {
        return words.get(thread * STRIDE);
    }

    /** Whether {@link #at} told of a request, or that the thread is lost: it reads none. */
    static boolean busy(long at) {
        return at > NONE;
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

    /** Whether every request of a snapshot has been answered. The kernel gives no number twice. */
    public boolean over(long[] snapshot) {
        for (int t = 0; t < threads; t++) {
            if (busy(snapshot[t]) && snapshot[t] != LOST && words.get(t * STRIDE) == snapshot[t]) {
                return false;
            }
        }
        return true;
    }
}
