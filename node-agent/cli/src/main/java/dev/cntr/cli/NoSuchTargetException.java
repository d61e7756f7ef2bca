package dev.cntr.cli;

/** Nothing on this machine is what the user named. The message names every engine that was asked. */
final class NoSuchTargetException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NoSuchTargetException(String message) {
        super(message);
    }
}
