package dev.cntr.agent;

import dev.cntr.api.Reason;

/** The agent cannot do what was asked; the message says what was tried, on what, and why it failed. */
final class AgentException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Reason reason;

    AgentException(String message) {
        super(message);
        reason = Reason.ATTACH_FAILED;
    }

    AgentException(String message, Throwable cause) {
        super(message, cause);
        reason = Reason.ATTACH_FAILED;
    }

    /** @param reason what the session's status says, where the message is about one */
    AgentException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    /** What the status of the session says that could not be. */
    static Reason reason(Throwable failure) {
        return failure instanceof AgentException known ? known.reason : Reason.ATTACH_FAILED;
    }

    /** The messages of an exception and of its causes in one line, each said once. */
    static String chain(Throwable failure) {
        StringBuilder line = new StringBuilder();
        for (Throwable t = failure; t != null; t = t.getCause()) {
            String message =
                    (t.getMessage() == null ? t.getClass().getSimpleName() : t.getMessage()).replace('\n', ' ');
            if (line.indexOf(message) < 0) {
                line.append(line.isEmpty() ? "" : ": ").append(message);
            }
        }
        return line.toString();
    }
}
