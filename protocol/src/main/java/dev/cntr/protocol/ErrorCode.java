package dev.cntr.protocol;

/** Why one side gives a stream up: the code of an ERROR frame. Numbers are part of the protocol and never change. */
public enum ErrorCode {
    /** The peer broke the rules of the stream. */
    PROTOCOL(1),
    /** The peer speaks another version. */
    VERSION(2),
    /** The agent knows no such session: it is of another node, was deleted, or never existed. */
    SESSION_NOT_FOUND(3),
    /** The session exists, but its debug container is not prepared (yet). */
    SESSION_NOT_READY(4),
    /** The proof of possession was wrong, late, or made with a key that the session does not list. */
    NOT_AUTHORIZED(5),
    /** Somebody is attached already. */
    ALREADY_ATTACHED(6),
    /** The session reached its time to live. */
    EXPIRED(7),
    /** The session was deleted. */
    DELETED(8),
    /** The container that the session is about has ended. */
    TARGET_GONE(9),
    /** The session had ended before. */
    COMPLETED(10),
    /** The command could not be started. */
    START_FAILED(11),
    /** The agent is shutting down. */
    AGENT_STOPPING(12),
    /** Anything else, also every code of a newer peer. */
    INTERNAL(13),
    /** A policy of the cluster does not allow the session (any more). */
    POLICY_DENIED(14),
    /** The client ends the session: its user interrupted it, or nobody takes its output. */
    CLIENT_GONE(15);

    private final int number;

    ErrorCode(int number) {
        this.number = number;
    }

    public int number() {
        return number;
    }

    /** The code with this number; {@link #INTERNAL} where this version does not know it. */
    public static ErrorCode of(int number) {
        for (ErrorCode code : values()) {
            if (code.number == number) {
                return code;
            }
        }
        return INTERNAL;
    }
}
