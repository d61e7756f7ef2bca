package dev.cntr.fuse.session;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Which threads of a session read requests: so many as are asked for, and one more where all that read are held up by their requests. Those that are not
 * needed any more stand by. {@link Relief} finds that out by {@link #look}, every so often while there are requests.
 *
 * <p>Threads are numbered from 0, and those below a number read. Looking is for one thread alone.
 */
final class Readers {
    /** After so many looks in turn at which one less would have done, one less reads. */
    private static final int SPARE = 16;

    /** After so many in turn without a request nobody looks until there is one. */
    private static final int QUIET = 4;

    /** After so many a thread is asked for again where there could be none. */
    private static final int REFUSED = 250;

    private final InFlight inFlight;
    private final BooleanSupplier start;
    private final int least;
    private final int most;
    private final AtomicReferenceArray<@Nullable Thread> standing;
    private final AtomicBoolean watched = new AtomicBoolean();

    private volatile int reading;
    private volatile boolean over;

    /** What each thread was at when it was looked last. */
    private final long[] seen;

    private int threads;
    private int held;
    private int spare;
    private int quiet;
    private int refused;

    /**
     * @param start starts the thread of the next number; false where there can be none
     * @param least how many threads read at least: they are started already
     * @param most how many threads there can be
     */
    Readers(InFlight inFlight, BooleanSupplier start, int least, int most) {
        this.inFlight = inFlight;
        this.start = start;
        this.least = least;
        this.most = most;
        this.standing = new AtomicReferenceArray<>(most);
        this.seen = new long[most];
        this.reading = least;
        this.threads = least;
    }

    /** Holds a thread until it is to read. */
    void await(int thread) {
        if (thread < reading || over) {
            return;
        }
        standing.set(thread, Thread.currentThread());
        while (thread >= reading && !over) {
            LockSupport.park(this);
        }
    }

    /** To be called when a request has begun: whether nobody looks yet, and the caller is to see to it that somebody does. */
    boolean unwatched() {
        return !watched.get() && watched.compareAndSet(false, true);
    }

    /** Lets all threads read, for ever: so that each finds out that the connection has ended. */
    void end() {
        over = true;
        for (int t = 0; t < most; t++) {
            LockSupport.unpark(standing.get(t));
        }
    }

    /** How many threads read. */
    int reading() {
        return reading;
    }

    /** Looks at what the threads are at. False: not again, until {@link #unwatched} says so. */
    boolean look() {
        boolean moved = false;
        boolean idle = false;
        boolean allHeld = true;
        for (int t = 0; t < reading; t++) {
            long now = inFlight.at(t);
            boolean same = now == seen[t];
            seen[t] = now;
            moved |= !same;
            idle |= !InFlight.busy(now);
            allHeld &= same && InFlight.busy(now);
        }
        if (over) {
            return false;
        }
        if (allHeld) {
            spare = 0;
            return reading < most ? longEnough() : rest();
        }
        held = 0;
        quiet = moved ? 0 : quiet + 1;
        spare = idle && reading > least ? spare + 1 : 0;
        if (spare >= SPARE && enough() < reading) {
            spare = 0;
            reading = reading - 1;
        }
        return !(idle && quiet >= QUIET) || rest();
    }

    /** Each further thread comes a look later than the one before: a store that stands still for a moment does not get all there can be. */
    private boolean longEnough() {
        held++;
        if (held <= reading - least) {
            return true;
        }
        held = 0;
        return oneMore();
    }

    private boolean oneMore() {
        int next = reading;
        if (next == threads) {
            if (refused > 0) {
                refused--;
                return true;
            }
            if (!start.getAsBoolean()) {
                refused = REFUSED;
                return true;
            }
            threads++;
        }
        seen[next] = inFlight.at(next);
        reading = next + 1;
        LockSupport.unpark(standing.get(next));
        return true;
    }

    /** How many have to read so that one of them was idle at the last look. */
    private int enough() {
        int t = 0;
        while (t < reading - 1 && InFlight.busy(seen[t])) {
            t++;
        }
        return Math.max(t + 1, least);
    }

    /** Ends the looking, but not where requests have begun meanwhile that rely on it. */
    private boolean rest() {
        reading = Math.min(reading, enough());
        quiet = 0;
        spare = 0;
        watched.set(false);
        for (int t = 0; t < reading; t++) {
            if (!InFlight.busy(inFlight.at(t))) {
                return false;
            }
        }
        return reading < most && unwatched();
    }
}
