package dev.cntr.protocol;

/** How a stream ended, as the agent sees it. Except after {@link Exited} the command may still run. */
public sealed interface Outcome {
    /** The command ended and the client has its output and its exit code. */
    record Exited(int code) implements Outcome {}

    /** The client is gone without a word, or broke the rules: the command is to be hung up. */
    record ClientLost(String reason) implements Outcome {}

    /** The client left; the command is to go on. */
    record Detached() implements Outcome {}

    /** This side ended it with {@link ServerStream#end}. */
    record Ended(ErrorCode code) implements Outcome {}
}
