package dev.cntr.operator;

import dev.cntr.api.Condition;
import dev.cntr.api.ConditionType;
import dev.cntr.api.DebugSession;
import dev.cntr.api.DebugSessionStatus;
import dev.cntr.api.Reason;
import dev.cntr.api.StatusChange;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Decides where a session goes: pod, node, agent and relay, all taken from the API and never from the session. Pure. */
final class Placement {
    private final NodeServices services;
    private final Limits limits;
    private final Settings settings;

    Placement(NodeServices services, Limits limits, Settings settings) {
        this.services = services;
        this.limits = limits;
        this.settings = settings;
    }

    /** The step for an unplaced session whose pod was just read; null if there is no such pod. */
    Step decide(DebugSession session, @Nullable Pod pod, Instant now) {
        return switch (target(session, pod)) {
            case TargetPod.Unusable(Reason reason, String message) -> stalled(session, reason, message, now);
            case TargetPod.Starting(Reason reason, String message) ->
                waiting(session, reason, message, limits.recheck(), now);
            case TargetPod.Found found ->
                decide(
                        session,
                        found.node(),
                        change(session).podUID(found.podUID()).container(found.container(), found.containerID()),
                        now);
        };
    }

    /** The step for an unplaced session on a node that was just read; null if there is no such node. */
    Step decide(DebugSession session, @Nullable Node node, Instant now) {
        String name = session.getSpec().target().podText();
        if (!settings.nodeSessions()) {
            return stalled(
                    session,
                    Reason.NODE_SESSIONS_DISABLED,
                    "sessions on nodes are turned off in this cluster (nodeSessions.enabled of cntr's chart)",
                    now);
        }
        if (node == null) {
            return stalled(
                    session,
                    Reason.NODE_NOT_FOUND,
                    "the cluster has no node %s; see kubectl get nodes".formatted(name),
                    now);
        }
        return decide(session, name, change(session), now);
    }

    /** The step for a session on a node that its agent did not prepare in time. */
    Step giveUpPreparation(DebugSession session, Instant now) {
        return stalled(session, Reason.AGENT_NOT_READY, notPrepared(session), now);
    }

    /** The step for a session that its agent did not prepare in time. */
    Step giveUpPreparation(DebugSession session, @Nullable Pod pod, Instant now) {
        DebugSessionStatus status = session.getStatus();
        return switch (target(session, pod)) {
            case TargetPod.Unusable(Reason _, String message) -> stalled(session, Reason.TARGET_GONE, message, now);
            case TargetPod.Found found
            when !found.podUID().equals(status.podUID()) ->
                stalled(
                        session,
                        Reason.POD_REPLACED,
                        "pod %s was replaced by another of the same name; attach again"
                                .formatted(session.getSpec().target().podText()),
                        now);
            case TargetPod.Starting _, TargetPod.Found _ ->
                stalled(session, Reason.AGENT_NOT_READY, notPrepared(session), now);
        };
    }

    private String notPrepared(DebugSession session) {
        DebugSessionStatus status = session.getStatus();
        return "agent %s on node %s did not prepare the session within %s; see kubectl logs -n %s %s"
                .formatted(
                        status.agentPod(),
                        status.nodeName(),
                        seconds(limits.preparation(session)),
                        settings.systemNamespace(),
                        status.agentPod());
    }

    private static TargetPod target(DebugSession session, @Nullable Pod pod) {
        return TargetPod.of(
                session.getMetadata().getNamespace(), session.getSpec().target(), pod);
    }

    /** @param target says what is debugged on the node */
    private Step decide(DebugSession session, String node, StatusChange target, Instant now) {
        return switch (services.agentOn(node)) {
            case Presence.Absent() ->
                waiting(
                        session,
                        Reason.NO_AGENT_ON_NODE,
                        "node %s has no cntr agent; see kubectl get daemonset -n %s"
                                .formatted(node, settings.systemNamespace()),
                        now);
            case Presence.Unready(String agent, Instant _) ->
                waiting(
                        session,
                        Reason.AGENT_NOT_READY,
                        "agent %s on node %s is not ready".formatted(agent, node),
                        now);
            case Presence.Ready(String agent) ->
                switch (services.relayOn(node)) {
                    case Presence.Ready(String relay) -> placed(session, node, target, agent, relay, now);
                    case Presence.Unready _, Presence.Absent _ ->
                        waiting(
                                session,
                                Reason.RELAY_NOT_READY,
                                "node %s has no ready cntr relay; see kubectl get pods -n %s"
                                        .formatted(node, settings.relayNamespace()),
                                now);
                };
        };
    }

    private Step placed(
            DebugSession session, String node, StatusChange target, String agent, String relay, Instant now) {
        String where = "on node %s with agent %s".formatted(node, agent);
        return new Step.Write(target.nodeName(node)
                .agentPod(agent)
                .relayPod(settings.relayNamespace() + "/" + relay)
                .expiresAt(Lifecycle.expiry(session))
                .condition(ConditionType.SCHEDULED, true, Reason.SCHEDULED, where, now)
                .condition(ConditionType.READY, false, Reason.SCHEDULED, "the agent prepares the session", now)
                .condition(ConditionType.RECONCILING, true, Reason.SCHEDULED, "the agent prepares the session", now)
                .done());
    }

    private Step waiting(DebugSession session, Reason reason, String message, Instant now) {
        return waiting(session, reason, message, limits.placement(), now);
    }

    /** Waits until the bound, counted from the first time that it had to wait; the status is written only when it says something new. */
    private Step waiting(DebugSession session, Reason reason, String message, Duration recheck, Instant now) {
        Optional<Condition> before = session.getStatus().condition(ConditionType.SCHEDULED);
        Instant since = before.map(Condition::lastTransitionTime).orElse(now);
        Duration left = Duration.between(now, since.plus(limits.placement()));
        if (!left.isPositive()) {
            return stalled(session, reason, "%s; waited %s".formatted(message, seconds(limits.placement())), now);
        }
        Duration wait = recheck.compareTo(left) < 0 ? recheck : left;
        boolean told = before.filter(condition -> condition.reason().equals(reason.text())
                        && condition.message().equals(message))
                .isPresent();
        if (told) {
            return new Step.Wait(wait);
        }
        DebugSessionStatus status = change(session)
                .expiresAt(Lifecycle.expiry(session))
                .condition(ConditionType.SCHEDULED, false, reason, message, now)
                .condition(ConditionType.READY, false, reason, message, now)
                .condition(ConditionType.RECONCILING, true, reason, message, now)
                .done();
        return new Step.WriteAndWait(status, wait);
    }

    private static Step stalled(DebugSession session, Reason reason, String message, Instant now) {
        StatusChange change = change(session);
        if (!session.getStatus().placed()) {
            change.condition(ConditionType.SCHEDULED, false, reason, message, now);
        }
        return new Step.Write(change.stalled(reason, message, now).done());
    }

    private static StatusChange change(DebugSession session) {
        return session.getStatus()
                .change()
                .observedGeneration(session.getMetadata().getGeneration());
    }

    private static String seconds(Duration duration) {
        return duration.toSeconds() + " s";
    }
}
