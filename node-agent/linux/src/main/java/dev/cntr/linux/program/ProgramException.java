package dev.cntr.linux.program;

import java.util.List;
import java.util.Optional;

/** A program could not be started, or did not get to its end. The message names the step. */
public final class ProgramException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Optional<Failure> failure;
    private final transient List<Failure> errors;

    private ProgramException(String message, Optional<Failure> failure, List<Failure> errors) {
        super(message);
        this.failure = failure;
        this.errors = errors;
    }

    ProgramException(String message) {
        this(message, Optional.empty(), List.of());
    }

    /** From the memory that a failed program reported. */
    static ProgramException of(Program program, byte[] memory) {
        Optional<Failure> failure = program.failure(memory);
        List<Failure> errors = program.errors(memory);
        String message = failure.or(() -> errors.stream().reduce((a, b) -> b))
                .map(Failure::toString)
                .orElse("a program failed and did not say where: it was killed while it reported");
        return new ProgramException(message, failure, errors);
    }

    /** The failed step, where it was a step that failed. */
    public Optional<Failure> failure() {
        return failure;
    }

    /** All steps that had an error, also those whose error was expected. */
    public List<Failure> errors() {
        return errors;
    }
}
