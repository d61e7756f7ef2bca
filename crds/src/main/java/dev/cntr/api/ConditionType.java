package dev.cntr.api;

import java.util.Locale;

/** The condition types of a session; {@link #text()} is how they are written in the resource. */
public enum ConditionType {
    /** The debug container is prepared: a client may attach. False from the first write on, so that nobody takes a new session for a ready one. */
    READY,
    /** The operator or the agent is at work on it. */
    RECONCILING,
    /** It failed for good. */
    STALLED,
    /** It has a node, an agent and a relay. */
    SCHEDULED,
    /** At least one client is attached. */
    ATTACHED,
    /** Whether the recording that was asked for is whole; not set before that is known, nor where none was asked for. */
    RECORDED,
    /** It ran and is over. */
    COMPLETED;

    private final String text = name().charAt(0) + name().substring(1).toLowerCase(Locale.ROOT);

    /** The type as written in the resource, for example {@code Ready}. */
    public String text() {
        return text;
    }
}
