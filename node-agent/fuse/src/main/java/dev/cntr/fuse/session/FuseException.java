package dev.cntr.fuse.session;

/** A file system could not be served. The message says what was tried, why it failed, and what to do next. */
public final class FuseException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public FuseException(String message) {
        super(message);
    }

    public FuseException(String message, Throwable cause) {
        super(message, cause);
    }
}
