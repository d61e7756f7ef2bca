package dev.cntr.oci;

import org.jspecify.annotations.Nullable;

/** The runtime could not do what it was asked. The message says what was tried on what, why it failed, and the next step. */
public final class OciException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public OciException(String message) {
        super(message);
    }

    public OciException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
