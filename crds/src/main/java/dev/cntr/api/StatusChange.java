package dev.cntr.api;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A changed copy of a status in the making: {@code status.change().nodeName("n1").condition(...).done()}. Times are cut to whole seconds, as Kubernetes
 * keeps them.
 */
public final class StatusChange {
    private @Nullable Long observedGeneration;
    private final List<Condition> conditions;
    private @Nullable String nodeName;
    private @Nullable String podUID;
    private @Nullable String containerName;
    private @Nullable String containerID;
    private @Nullable String agentPod;
    private @Nullable String relayPod;
    private @Nullable Instant startedAt;
    private @Nullable Instant expiresAt;
    private @Nullable Instant finishedAt;
    private @Nullable Integer exitCode;
    private @Nullable Integer attachments;
    private DebugSessionStatus.@Nullable Recording recording;
    private @Nullable SelectedPods pods;
    private @Nullable ApprovalStanding approval;

    StatusChange(DebugSessionStatus from) {
        observedGeneration = from.observedGeneration();
        conditions = new ArrayList<>(from.conditions());
        nodeName = from.nodeName();
        podUID = from.podUID();
        containerName = from.containerName();
        containerID = from.containerID();
        agentPod = from.agentPod();
        relayPod = from.relayPod();
        startedAt = from.startedAt();
        expiresAt = from.expiresAt();
        finishedAt = from.finishedAt();
        exitCode = from.exitCode();
        attachments = from.attachments();
        recording = from.recording();
        pods = from.pods();
        approval = from.approval();
    }

    /** Notes which spec was looked at; conditions set after this carry it too. */
    public StatusChange observedGeneration(@Nullable Long generation) {
        observedGeneration = generation;
        return this;
    }

    public StatusChange nodeName(String name) {
        nodeName = name;
        return this;
    }

    public StatusChange podUID(String uid) {
        podUID = uid;
        return this;
    }

    /** @param id null where it is not known before the container's next start */
    public StatusChange container(String name, @Nullable String id) {
        containerName = name;
        containerID = id;
        return this;
    }

    public StatusChange agentPod(String name) {
        agentPod = name;
        return this;
    }

    public StatusChange relayPod(String namespaceAndName) {
        relayPod = namespaceAndName;
        return this;
    }

    public StatusChange startedAt(Instant at) {
        startedAt = at.truncatedTo(ChronoUnit.SECONDS);
        return this;
    }

    public StatusChange expiresAt(Instant at) {
        expiresAt = at.truncatedTo(ChronoUnit.SECONDS);
        return this;
    }

    public StatusChange exitCode(int code) {
        exitCode = code;
        return this;
    }

    public StatusChange attachments(int count) {
        attachments = count;
        return this;
    }

    public StatusChange recording(DebugSessionStatus.Recording finished) {
        recording = finished;
        return this;
    }

    public StatusChange pods(SelectedPods known) {
        pods = known;
        return this;
    }

    public StatusChange approval(ApprovalStanding standing) {
        approval = standing;
        return this;
    }

    /** Sets a condition; its transition time stays if its status stays. A message that is too long is cut. */
    public StatusChange condition(ConditionType type, boolean holds, Reason reason, String message, Instant now) {
        String status = holds ? "True" : "False";
        int at = 0;
        while (at < conditions.size() && !conditions.get(at).is(type)) {
            at++;
        }
        boolean known = at < conditions.size();
        Instant since = known && conditions.get(at).status().equals(status)
                ? conditions.get(at).lastTransitionTime()
                : now.truncatedTo(ChronoUnit.SECONDS);
        Condition condition =
                new Condition(type.text(), status, observedGeneration, since, reason.text(), cut(message));
        if (known) {
            conditions.set(at, condition);
        } else {
            conditions.add(condition);
        }
        return this;
    }

    /** The session is prepared: Ready, and nobody is at work on it. */
    public StatusChange ready(String message, Instant now) {
        return condition(ConditionType.READY, true, Reason.CREATED, message, now)
                .condition(ConditionType.RECONCILING, false, Reason.CREATED, message, now);
    }

    /** The session ran and is over. */
    public StatusChange completed(Reason reason, String message, Instant now) {
        return ended(ConditionType.COMPLETED, reason, message, now);
    }

    /** The session failed for good. */
    public StatusChange stalled(Reason reason, String message, Instant now) {
        return ended(ConditionType.STALLED, reason, message, now);
    }

    /** The session failed for good since its agent ended; so did what the agent was recording. */
    public StatusChange agentLost(DebugSessionSpec.Recording asked, String message, Instant now) {
        boolean attached = conditions.stream().anyMatch(condition -> condition.is(ConditionType.ATTACHED));
        boolean told = conditions.stream().anyMatch(condition -> condition.is(ConditionType.RECORDED));
        if (attached && !told && asked != DebugSessionSpec.Recording.NEVER) {
            condition(
                    ConditionType.RECORDED,
                    false,
                    Reason.RECORDING_INCOMPLETE,
                    "the agent ended before the recording did; what was written until then is in the store of its node",
                    now);
        }
        return stalled(Reason.AGENT_LOST, message, now);
    }

    private StatusChange ended(ConditionType how, Reason reason, String message, Instant now) {
        finishedAt = finishedAt == null ? now.truncatedTo(ChronoUnit.SECONDS) : finishedAt;
        attachments = attachments == null ? null : 0;
        if (conditions.stream().anyMatch(condition -> condition.is(ConditionType.ATTACHED) && condition.holds())) {
            condition(ConditionType.ATTACHED, false, reason, message, now);
        }
        return condition(how, true, reason, message, now)
                .condition(ConditionType.READY, false, reason, message, now)
                .condition(ConditionType.RECONCILING, false, reason, message, now);
    }

    /** The new status, its phase derived from its conditions. */
    public DebugSessionStatus done() {
        return new DebugSessionStatus(
                observedGeneration,
                conditions,
                phase(),
                nodeName,
                podUID,
                containerName,
                containerID,
                agentPod,
                relayPod,
                startedAt,
                expiresAt,
                finishedAt,
                exitCode,
                attachments,
                recording,
                pods,
                approval);
    }

    private Phase phase() {
        if (holds(ConditionType.STALLED)) {
            return Phase.FAILED;
        }
        if (holds(ConditionType.COMPLETED)) {
            return Phase.COMPLETED;
        }
        if (holds(ConditionType.ATTACHED)) {
            return Phase.ATTACHED;
        }
        if (holds(ConditionType.READY)) {
            return Phase.READY;
        }
        return holds(ConditionType.SCHEDULED) ? Phase.SCHEDULED : Phase.PENDING;
    }

    private boolean holds(ConditionType type) {
        return conditions.stream().anyMatch(condition -> condition.is(type) && condition.holds());
    }

    private static String cut(String message) {
        return message.length() <= Condition.MAX_MESSAGE
                ? message
                : message.substring(0, Condition.MAX_MESSAGE - 1) + "…";
    }
}
