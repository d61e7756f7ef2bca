package dev.cntr.kubectl.cluster;

import dev.cntr.api.Condition;
import dev.cntr.api.ConditionType;
import dev.cntr.api.Names;
import dev.cntr.api.Reason;
import dev.cntr.kubectl.exit.CntrException;
import dev.cntr.kubectl.exit.ExitCode;
import java.time.Duration;
import java.util.Optional;

/** What the conditions of a session that did not become ready, or ended early, mean for the user. */
public final class SessionFailure {
    private SessionFailure() {}

    /** For a session that is over: {@code Stalled} or {@code Completed}. */
    public static CntrException of(Session session) {
        Condition condition = session.status()
                .condition(ConditionType.STALLED)
                .filter(Condition::holds)
                .or(() -> session.status().condition(ConditionType.COMPLETED))
                .orElseThrow();
        return failure(session, condition, "");
    }

    /** For a session that was not ready in time. */
    static CntrException notReady(Session session, Duration timeout) {
        Optional<Condition> last = session.status()
                .condition(ConditionType.READY)
                .or(() -> session.status().condition(ConditionType.RECONCILING));
        String waited = "not ready within " + seconds(timeout) + ": ";
        return last.map(condition -> failure(session, condition, waited))
                .orElseGet(() -> new CntrException(
                        ExitCode.NOT_INSTALLED,
                        "no operator looked at the session " + session + " within " + seconds(timeout)
                                + "; check that it runs: kubectl get pods -n " + Names.SYSTEM_NAMESPACE + " -l "
                                + Names.COMPONENT_LABEL + "=" + Names.OPERATOR));
    }

    private static CntrException failure(Session session, Condition condition, String before) {
        String said = before + (condition.message().isEmpty() ? condition.reason() : condition.message());
        Optional<Reason> reason = Reason.of(condition.reason());
        ExitCode code = reason.map(SessionFailure::exitCode).orElse(ExitCode.INTERNAL);
        String step = reason.map(known -> nextStep(known, session)).orElseGet(() -> "see: " + session.describe());
        return new CntrException(code, said.endsWith(".") ? said + " Next: " + step : said + "; " + step);
    }

    private static ExitCode exitCode(Reason reason) {
        return switch (reason) {
            case POD_NOT_FOUND, CONTAINER_NOT_FOUND, NODE_NOT_FOUND -> ExitCode.NOT_FOUND;
            case POD_PENDING, POD_FINISHED, CONTAINER_NOT_RUNNING, WAITING_FOR_START, TARGET_GONE, POD_REPLACED ->
                ExitCode.NOT_RUNNING;
            case NO_AGENT_ON_NODE, AGENT_NOT_READY, RELAY_NOT_READY, SCHEDULED, APPROVED, PODS_ACTIVE, PULLING_IMAGE ->
                ExitCode.NO_AGENT;
            case EXPIRED, IDLE_TIMEOUT -> ExitCode.EXPIRED;
            case POLICY_DENIED, NODE_SESSIONS_DISABLED -> ExitCode.USAGE;
            case APPROVAL_DENIED, WAITING_FOR_APPROVAL -> ExitCode.FORBIDDEN;
            case AGENT_LOST, CLIENT_LOST, DELETED, EXITED, CLIENT_DETACHED, PODS_FAILED -> ExitCode.LOST;
            case ATTACH_FAILED,
                    RECORDING_FAILED,
                    RECORDING_KEPT,
                    RECORDING_INCOMPLETE,
                    RECORDING_WAITS,
                    CREATED,
                    CLIENT_ATTACHED -> ExitCode.INTERNAL;
        };
    }

    private static String nextStep(Reason reason, Session session) {
        String namespace = " -n " + session.namespace();
        return switch (reason) {
            case POD_NOT_FOUND -> "see: kubectl get pods" + namespace;
            case NODE_NOT_FOUND -> "see: kubectl get nodes";
            case NODE_SESSIONS_DISABLED -> "ask whoever installed cntr";
            case CONTAINER_NOT_FOUND -> "choose one with -c; see: kubectl describe pod" + namespace;
            case CONTAINER_NOT_RUNNING ->
                "wait for its next start with --wait-start, or see: kubectl get pods" + namespace;
            case POD_PENDING, POD_FINISHED, WAITING_FOR_START -> "see: kubectl get pods" + namespace;
            case TARGET_GONE, POD_REPLACED, AGENT_LOST, CLIENT_LOST, DELETED, EXITED, CLIENT_DETACHED -> "attach again";
            case PULLING_IMAGE -> "attach again: the image is there when the pull has ended";
            case NO_AGENT_ON_NODE, AGENT_NOT_READY, SCHEDULED, APPROVED ->
                "see: kubectl get pods -o wide -n " + Names.SYSTEM_NAMESPACE + " -l " + Names.COMPONENT_LABEL + "="
                        + Names.AGENT;
            case PODS_ACTIVE, PODS_FAILED -> "see: " + session.describe();
            case RELAY_NOT_READY -> "see: kubectl get pods -o wide -n " + Names.RELAY_NAMESPACE;
            case APPROVAL_DENIED -> "ask whoever denied it";
            case WAITING_FOR_APPROVAL -> "ask somebody to approve it";
            case POLICY_DENIED -> "attach again within it, or ask whoever may change that policy";
            case EXPIRED -> "attach again, with a longer --ttl";
            case IDLE_TIMEOUT -> "attach again, with a longer --idle-timeout";
            case ATTACH_FAILED,
                    RECORDING_FAILED,
                    RECORDING_KEPT,
                    RECORDING_INCOMPLETE,
                    RECORDING_WAITS,
                    CREATED,
                    CLIENT_ATTACHED ->
                "see the agent's log: kubectl logs -n " + Names.SYSTEM_NAMESPACE + " " + agent(session);
        };
    }

    private static String agent(Session session) {
        String agent = session.status().agentPod();
        return agent == null ? "-l " + Names.COMPONENT_LABEL + "=" + Names.AGENT : agent;
    }

    private static String seconds(Duration time) {
        return time.toMillis() % 1000 == 0 ? time.toSeconds() + "s" : time.toMillis() + "ms";
    }
}
