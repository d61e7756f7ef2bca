package dev.cntr.protocol;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How much of each stream this side has written out, told to the peer over the connection of the moment, never less than before. It is told of a quarter
 * of the window at once, and of less a moment later, together with what comes meanwhile: an acknowledgement costs all that it
 * passes as much as a key or its echo, which must not wait behind it.
 */
final class Receipts {
    private static final int PARTS = 4;
    private static final Duration MOMENT = Duration.ofMillis(3);

    private final int lump;
    private final long[] written = new long[StreamId.values().length];
    private final long[] told = new long[StreamId.values().length];
    private @Nullable Connection to;
    private boolean due;

    /** @param window how many bytes of a stream the peer may send without being told */
    Receipts(int window) {
        lump = Math.max(1, window / PARTS);
    }

    /** More of a stream is written out. */
    synchronized void written(StreamId stream, long offset) {
        written[stream.ordinal()] = offset;
        if (offset - told[stream.ordinal()] >= lump) {
            tell(stream);
        } else if (!due) {
            due = true;
            Thread.ofVirtual().name("cntr-ack").start(this::tellLater);
        }
    }

    /** From now on another connection is used; the one before must be closed, so that nobody waits to write to it. */
    synchronized void connect(Connection next, List<StreamId> streams) {
        to = next;
        streams.forEach(this::tell);
    }

    private void tellLater() {
        try {
            Thread.sleep(MOMENT);
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts this thread", e);
        }
        synchronized (this) {
            due = false;
            for (StreamId stream : StreamId.values()) {
                if (written[stream.ordinal()] > told[stream.ordinal()]) {
                    tell(stream);
                }
            }
        }
    }

    private void tell(StreamId stream) {
        if (to != null) {
            told[stream.ordinal()] = written[stream.ordinal()];
            to.acknowledge(stream, told[stream.ordinal()]);
        }
    }
}
