package dev.cntr.linux.proc;

/** The process that was meant has ended, or its pid belongs to another one by now. */
public final class ProcessGoneException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ProcessGoneException(String message) {
        super(message);
    }
}
