package dev.cntr.operator;

import java.time.Instant;

/** Whether one of cntr's own pods serves a node. */
sealed interface Presence {
    /** No such pod. */
    record Absent() implements Presence {}

    /**
     * It exists but cannot serve: starting, failing its probe, or being deleted.
     *
     * @param since when it was last seen to turn unready
     */
    record Unready(String pod, Instant since) implements Presence {}

    /** It serves. */
    record Ready(String pod) implements Presence {}
}
