package dev.cntr.api;

/** The condition types of a session; {@link #text()} is how they are written in the resource. */
public enum ConditionType {
    /** The debug container is prepared: a client may attach. False from the first write on, so that nobody takes a new session for a ready one. */
    READY,
    /** The operator or the agent is at work on it. */
    RECONCILING,
    /** It failed for good. */
    STALLED,
    /** Somebody approved it, where a policy demands that; not set elsewhere. */
    APPROVED,
    /** It has a node, an agent and a relay. */
    SCHEDULED,
    /** At least one client is attached. */
    ATTACHED,
    /** Whether the recording that was asked for is whole; not set before that is known, nor where none was asked for. */
    RECORDED,
    /** It ran and is over. */
    COMPLETED;

    private final String text = Names.word(this);

    /** The type as written in the resource, for example {@code Ready}. */
    public String text() {
        return text;
    }
}
