package dev.cntr.kubectl.exit;

/** Why {@code kubectl cntr} itself failed. A command's own exit code passes through unchanged. */
public enum ExitCode {
    /** The command line cannot be understood, or the cluster refuses what it asks for. */
    USAGE(2),
    /** The agent or the connection to it was lost. */
    LOST(117),
    /** The session reached its time to live. */
    EXPIRED(118),
    /** The pod's node has no agent that is ready. */
    NO_AGENT(119),
    /** The API server does not answer. */
    UNREACHABLE(120),
    /** The custom resource or the operator is not there. */
    NOT_INSTALLED(121),
    /** The user lacks a right. */
    FORBIDDEN(122),
    /** No such pod, container, workload or namespace. */
    NOT_FOUND(123),
    /** The container exists and does not run. */
    NOT_RUNNING(124),
    /** Anything else that is not the command's doing. */
    INTERNAL(125);

    private final int code;

    ExitCode(int code) {
        this.code = code;
    }

    public int code() {
        return code;
    }
}
