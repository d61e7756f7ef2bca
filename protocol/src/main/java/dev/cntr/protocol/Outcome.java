package dev.cntr.protocol;

/** How a connection to a client ended, as the agent sees it. Except after {@link Exited} the command may still run. */
public sealed interface Outcome {
    /** The command ended; the client, if there is one, has its output and its exit code. */
    record Exited(int code) implements Outcome {}

    /** The client is gone without a word. It may come back over another connection. */
    record ClientLost(String reason) implements Outcome {}

    /** The client gave up, or broke the rules: the command is to be hung up. */
    record ClientGone(String reason) implements Outcome {}

    /** The client left; the command is to go on. */
    record Detached() implements Outcome {}

    /** The client came back over another connection, which goes on in place of this one. */
    record Resumed() implements Outcome {}

    /** This side ended it with {@link ServedCommand#end}. */
    record Ended(ErrorCode code) implements Outcome {}
}
