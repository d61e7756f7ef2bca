package dev.cntr.linux.program;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A program could not be started, or did not get to its end. The message names the step. */
public final class ProgramException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient @Nullable Failure failure;

    ProgramException(String message, @Nullable Failure failure) {
        super(message);
        this.failure = failure;
    }

    ProgramException(String message) {
        this(message, null);
    }

    static ProgramException of(Failure failure) {
        return new ProgramException(failure.toString(), failure);
    }

    /** The failed step, where it was a step that failed. */
    public Optional<Failure> failure() {
        return Optional.ofNullable(failure);
    }
}
