package dev.cntr.operator;

/** The operator could not do its work; the message says what was tried and what happens next. */
final class OperatorException extends RuntimeException {
    private static final long serialVersionUID = 1;

    OperatorException(String message) {
        super(message);
    }

    OperatorException(String message, Throwable cause) {
        super(message, cause);
    }
}
