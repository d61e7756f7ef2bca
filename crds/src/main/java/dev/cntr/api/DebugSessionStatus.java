package dev.cntr.api;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Size;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the operator and the agent found out and did. Made anew with {@link #change()}.
 *
 * @param observedGeneration the generation of the spec that was looked at last
 * @param conditions at most one of each {@link ConditionType}
 * @param phase the conditions in one word, for printing
 * @param nodeName the pod's node; by it an agent finds its sessions
 * @param podUID the pod that was resolved: another one of the same name is never taken for it
 * @param containerName the container that was resolved
 * @param containerID as in the pod's status, {@code containerd://…}
 * @param agentPod name of the node's agent pod, in the agents' namespace
 * @param relayPod the node's relay pod as {@code namespace/name}: what the plugin execs into
 * @param startedAt when the debug container was prepared
 * @param expiresAt when the session ends at the latest
 * @param finishedAt when it ended
 * @param exitCode how the command ended, 128 + signal if by a signal
 * @param attachments how many clients are attached
 * @param recording what was recorded, when the session is over
 * @param pods what becomes of the sessions of a selector's pods
 * @param approval how far its approval has come, where a policy demands that
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public record DebugSessionStatus(
        @JsonPropertyDescription("The generation of the spec that was looked at last.") @Nullable
        Long observedGeneration,

        @Size(max = 16)
        @JsonPropertyDescription("Ready, Reconciling, Stalled, Approved, Scheduled, Attached and Completed.")
        List<Condition> conditions,

        @JsonPropertyDescription("The conditions in one word, for printing only.") @Nullable
        Phase phase,

        @Size(max = 253) @JsonPropertyDescription("The pod's node.") @Nullable
        String nodeName,

        @Size(max = 128) @JsonPropertyDescription("The pod that was resolved.") @Nullable
        String podUID,

        @Size(max = 63) @JsonPropertyDescription("The container that was resolved.") @Nullable
        String containerName,

        @Size(max = 512)
        @JsonPropertyDescription("The container that was resolved, as the pod's status names it.")
        @Nullable
        String containerID,

        @Size(max = 253) @JsonPropertyDescription("The node's agent pod.") @Nullable
        String agentPod,

        @Size(max = 317) @JsonPropertyDescription("The node's relay pod as namespace/name.") @Nullable
        String relayPod,

        @JsonFormat(shape = JsonFormat.Shape.STRING)
        @JsonPropertyDescription("When the debug container was prepared.")
        @Nullable
        Instant startedAt,

        @JsonFormat(shape = JsonFormat.Shape.STRING)
        @JsonPropertyDescription("When the session ends at the latest.")
        @Nullable
        Instant expiresAt,

        @JsonFormat(shape = JsonFormat.Shape.STRING) @JsonPropertyDescription("When the session ended.") @Nullable
        Instant finishedAt,

        @Min(0) @Max(255) @JsonPropertyDescription("How the command ended; 128 + signal if by a signal.") @Nullable
        Integer exitCode,

        @Min(0) @JsonPropertyDescription("How many clients are attached.") @Nullable
        Integer attachments,

        @JsonPropertyDescription("What was recorded; set when the session is over.") @Nullable
        Recording recording,

        @JsonPropertyDescription("Of a session with a selector: its pods, and what becomes of the session of each.")
        @Nullable
        SelectedPods pods,

        @JsonPropertyDescription(
                "How far its approval has come, where a DebugPolicy demands that. Who decided what is in spec.approvals.")
        @Nullable
        ApprovalStanding approval) {

    /**
     * What was recorded, which is all of it where the condition {@code Recorded} is true.
     *
     * @param id names it: the session's uid, a hyphen and the number of the attachment
     * @param location a file in the agent's store on the session's node, or an object of a bucket
     * @param bytes its length
     * @param sha256 of its bytes, in hexadecimal digits
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Recording(
            @Size(max = 80) @JsonPropertyDescription("Names it: the session's uid and the number of the attachment.")
            String id,

            @Size(max = 1024)
            @JsonPropertyDescription("Where it is: a file of the node's agent, or an object of a bucket.")
            String location,

            @Min(0) @JsonPropertyDescription("Its length in bytes.")
            long bytes,

            @Size(max = 64) @JsonPropertyDescription("SHA-256 of its bytes.")
            String sha256) {}

    /** Of a session that nobody has looked at. */
    public static final DebugSessionStatus EMPTY = new DebugSessionStatus(
            null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null);

    /** Takes missing conditions as none. */
    public DebugSessionStatus(
            @Nullable Long observedGeneration,
            @Nullable List<Condition> conditions,
            @Nullable Phase phase,
            @Nullable String nodeName,
            @Nullable String podUID,
            @Nullable String containerName,
            @Nullable String containerID,
            @Nullable String agentPod,
            @Nullable String relayPod,
            @Nullable Instant startedAt,
            @Nullable Instant expiresAt,
            @Nullable Instant finishedAt,
            @Nullable Integer exitCode,
            @Nullable Integer attachments,
            @Nullable Recording recording,
            @Nullable SelectedPods pods,
            @Nullable ApprovalStanding approval) {
        this.observedGeneration = observedGeneration;
        this.conditions = conditions == null ? List.of() : List.copyOf(conditions);
        this.phase = phase;
        this.nodeName = nodeName;
        this.podUID = podUID;
        this.containerName = containerName;
        this.containerID = containerID;
        this.agentPod = agentPod;
        this.relayPod = relayPod;
        this.startedAt = startedAt;
        this.expiresAt = expiresAt;
        this.finishedAt = finishedAt;
        this.exitCode = exitCode;
        this.attachments = attachments;
        this.recording = recording;
        this.pods = pods;
        this.approval = approval;
    }

    /** The condition of that type, if it was ever set. */
    public Optional<Condition> condition(ConditionType type) {
        return conditions.stream().filter(condition -> condition.is(type)).findFirst();
    }

    /** Whether the condition of that type is {@code True}. */
    public boolean holds(ConditionType type) {
        return condition(type).filter(Condition::holds).isPresent();
    }

    /** Whether the session is over, well or not: nobody works on it any more. */
    public boolean finished() {
        return holds(ConditionType.COMPLETED) || holds(ConditionType.STALLED);
    }

    /** Whether the session has a node. */
    public boolean placed() {
        return nodeName != null;
    }

    /** Starts a changed copy. */
    public StatusChange change() {
        return new StatusChange(this);
    }
}
