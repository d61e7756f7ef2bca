package dev.cntr.kubectl.exit;

import org.jspecify.annotations.Nullable;

/** The end of {@code kubectl cntr} with an error: its message is the one line that the user sees, with the next step in it. */
public final class CntrException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ExitCode exitCode;

    public CntrException(ExitCode exitCode, String message) {
        this(exitCode, message, null);
    }

    public CntrException(ExitCode exitCode, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.exitCode = exitCode;
    }

    public ExitCode exitCode() {
        return exitCode;
    }
}
