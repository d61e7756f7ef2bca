package dev.cntr.kubectl;

import dev.cntr.kubectl.cluster.Session;
import dev.cntr.kubectl.cluster.SessionFailure;
import dev.cntr.kubectl.cluster.Sessions;
import dev.cntr.kubectl.exit.CntrException;
import dev.cntr.kubectl.exit.ExitCode;
import dev.cntr.protocol.Ending;
import dev.cntr.protocol.ErrorCode;
import java.util.Optional;
import java.util.function.Supplier;

/** What the end of a stream means for the user. */
final class Endings {
    /** 128 + SIGPIPE, as of a local command whose output is closed. */
    private static final int OUTPUT_CLOSED = 141;

    private final Sessions sessions;
    private final Session session;
    private final Supplier<String> complaint;

    /** @param complaint what the relay said, if anything */
    Endings(Sessions sessions, Session session, Supplier<String> complaint) {
        this.sessions = sessions;
        this.session = session;
        this.complaint = complaint;
    }

    /**
     * The exit code of a command that ended, or of a client that left.
     *
     * @throws CntrException for any other end
     */
    int exitCode(Ending ending) {
        return switch (ending) {
            case Ending.Exited(int code) -> code;
            case Ending.Detached() -> 0;
            case Ending.OutputClosed _ -> OUTPUT_CLOSED;
            case Ending.Refused(ErrorCode code, String message) -> throw refused(code, message);
            case Ending.Lost(String reason) -> throw lost(reason);
        };
    }

    /** The session's own conditions know best, where they tell already. */
    private CntrException lost(String reason) {
        Optional<Session> now = sessions.look(session.name());
        if (now.isPresent()
                && now.get().status().finished()
                && now.get().status().exitCode() == null) {
            return SessionFailure.of(now.get());
        }
        String said = complaint.get();
        return new CntrException(
                ExitCode.LOST,
                "the session " + session + " was lost: " + (said.isEmpty() ? reason : said)
                        + "; its command is hung up. Attach again, or see: " + session.describe());
    }

    static CntrException refused(ErrorCode code, String message) {
        return new CntrException(exitCode(code), message + "; " + nextStep(code));
    }

    private static ExitCode exitCode(ErrorCode code) {
        return switch (code) {
            case SESSION_NOT_FOUND, SESSION_NOT_READY, DELETED, COMPLETED, AGENT_STOPPING, CLIENT_GONE -> ExitCode.LOST;
            case EXPIRED -> ExitCode.EXPIRED;
            case NOT_AUTHORIZED -> ExitCode.FORBIDDEN;
            case POLICY_DENIED -> ExitCode.USAGE;
            case TARGET_GONE -> ExitCode.NOT_RUNNING;
            case PROTOCOL, VERSION, ALREADY_ATTACHED, START_FAILED, INTERNAL -> ExitCode.INTERNAL;
        };
    }

    private static String nextStep(ErrorCode code) {
        return switch (code) {
            case EXPIRED -> "attach again, with a longer --ttl or --idle-timeout";
            case POLICY_DENIED -> "ask whoever may change that policy";
            case VERSION, PROTOCOL -> "use a kubectl-cntr of the cluster's cntr release";
            case SESSION_NOT_FOUND,
                    SESSION_NOT_READY,
                    DELETED,
                    COMPLETED,
                    AGENT_STOPPING,
                    CLIENT_GONE,
                    NOT_AUTHORIZED,
                    TARGET_GONE -> "attach again";
            case ALREADY_ATTACHED, START_FAILED, INTERNAL ->
                "see the agent's log: kubectl logs -n cntr-system -l app.kubernetes.io/component=agent";
        };
    }
}
