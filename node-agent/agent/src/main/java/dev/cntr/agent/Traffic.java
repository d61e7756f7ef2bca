package dev.cntr.agent;

import java.util.concurrent.atomic.AtomicLong;

/** How many bytes a command has taken and given. */
record Traffic(AtomicLong in, AtomicLong out, AtomicLong err) {
    Traffic() {
        this(new AtomicLong(), new AtomicLong(), new AtomicLong());
    }
}
