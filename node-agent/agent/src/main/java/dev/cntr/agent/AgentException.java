package dev.cntr.agent;

/** The agent cannot do what was asked; the message says what was tried, on what, and why it failed. */
final class AgentException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    AgentException(String message) {
        super(message);
    }

    AgentException(String message, Throwable cause) {
        super(message, cause);
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
