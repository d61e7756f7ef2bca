package dev.cntr.attach.tools;

import org.jspecify.annotations.Nullable;

/** Tools that cannot be used. The message says which, why, and what to do. */
public final class ToolsException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ToolsException(String message) {
        super(message);
    }

    ToolsException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
