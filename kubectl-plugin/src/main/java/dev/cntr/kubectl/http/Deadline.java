package dev.cntr.kubectl.http;

import java.net.SocketTimeoutException;
import java.time.Duration;

/** Until when something may take. */
record Deadline(long nanoTime) {
    private static final long NANOS_PER_MILLI = 1_000_000;

    static Deadline in(Duration time) {
        return new Deadline(System.nanoTime() + time.toNanos());
    }

    /**
     * What is left, as sockets take it.
     *
     * @throws SocketTimeoutException when nothing is
     */
    int millisLeft() throws SocketTimeoutException {
        long left = nanoTime - System.nanoTime();
        if (left <= 0) {
            throw new SocketTimeoutException("no answer in time");
        }
        return (int) Math.min(Integer.MAX_VALUE, left / NANOS_PER_MILLI + 1);
    }
}
