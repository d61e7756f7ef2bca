package dev.cntr.agent;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** How many bytes a command has taken and given, and when it last did. */
final class Traffic {
    private final LongSupplier nanoTime;
    private final AtomicLong in = new AtomicLong();
    private final AtomicLong out = new AtomicLong();
    private final AtomicLong err = new AtomicLong();
    private volatile long last;

    Traffic() {
        this(System::nanoTime);
    }

    Traffic(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.last = nanoTime.getAsLong();
    }

    AtomicLong in() {
        return in;
    }

    AtomicLong out() {
        return out;
    }

    AtomicLong err() {
        return err;
    }

    /** Counts bytes that pass now. */
    void passed(AtomicLong way, int bytes) {
        way.addAndGet(bytes);
        last = nanoTime.getAsLong();
    }

    /** How long nothing has passed, counted from the beginning where nothing ever did. */
    Duration idle() {
        return Duration.ofNanos(nanoTime.getAsLong() - last);
    }
}
