package dev.cntr.agent.recording;

/** A recording cannot be begun, written, finished or read; the message says which, where, and why. */
public final class RecordingException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public RecordingException(String message) {
        super(message);
    }

    RecordingException(String message, Throwable cause) {
        super(message, cause);
    }
}
