package dev.cntr.protocol;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** How much of each stream this side has written out, told to the peer over the connection of the moment, never less than before. */
final class Receipts {
    private final long[] written = new long[StreamId.values().length];
    private @Nullable Connection to;

    /** More of a stream is written out. */
    synchronized void written(StreamId stream, long offset) {
        written[stream.ordinal()] = offset;
        if (to != null) {
            to.acknowledge(stream, offset);
        }
    }

    /** From now on another connection is used; the one before must be closed, so that nobody waits to write to it. */
    synchronized void connect(Connection next, List<StreamId> streams) {
        to = next;
        streams.forEach(stream -> next.acknowledge(stream, written[stream.ordinal()]));
    }
}
