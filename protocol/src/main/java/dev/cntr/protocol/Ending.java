package dev.cntr.protocol;

/** How a stream ended, as the client sees it. */
public sealed interface Ending {
    /** The command ended; all its output was written out before. */
    record Exited(int code) implements Ending {}

    /** The agent gave up and said why. */
    record Refused(ErrorCode code, String message) implements Ending {}

    /** The pipe broke. */
    record Lost(String reason) implements Ending {}

    /** Nobody reads this client's output any more, as in {@code … | head -1}; the command gets a hang-up. */
    record OutputClosed(String reason) implements Ending {}

    /** This client left, and the command goes on. */
    record Detached() implements Ending {}
}
