package dev.cntr.api;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.cntr.api.DebugSessionSpec.Attach;
import dev.cntr.api.DebugSessionSpec.DebugProcess;
import dev.cntr.api.DebugSessionSpec.Recording;
import dev.cntr.api.DebugSessionSpec.Target;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a user asks for on a node, with the meaning that the same fields have in {@link DebugSessionSpec}.
 *
 * @param nodeName which node
 * @param tools where the debugging tools come from: the agent's image, or the node itself
 * @param process what runs, as root of the node
 * @param attach who may attach; null for nobody
 * @param ttl longest life since creation
 * @param ttlSecondsAfterFinished how long the object stays after the session's end
 * @param idleTimeout how long the session may go without a byte in either direction
 * @param recording whether what the session shows is recorded
 * @param requester who asks for it
 * @param approvals what others decided
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
@ValidationRule(value = SessionRules.TTL, message = "ttl must be between 1s and 24h", fieldPath = ".ttl")
@ValidationRule(
        value = SessionRules.IDLE_TIMEOUT,
        message = "idleTimeout must be between 1s and 24h",
        fieldPath = ".idleTimeout")
@ValidationRule(value = SessionRules.REQUESTER, message = "requester is immutable")
@ValidationRule(
        value = SessionRules.APPROVALS,
        message = "approvals are added, never changed or taken away",
        fieldPath = ".approvals")
@ValidationRule(
        value = SessionRules.TTL_AFTER_DECISION,
        message = "what was decided about may not live longer: make a new session",
        fieldPath = ".ttl")
@ValidationRule(
        value = SessionRules.UNATTENDED,
        message = "a session that nobody attaches to needs a command, and no terminal",
        fieldPath = ".process")
@ValidationRule(value = SessionRules.TOOLS, message = "tools are immutable")
@ValidationRule(value = SessionRules.PROCESS, message = "process is immutable")
@ValidationRule(value = SessionRules.ATTACH, message = "attach is immutable")
@ValidationRule(value = SessionRules.RECORDING, message = "recording is immutable")
@ValidationRule(value = "self.nodeName == oldSelf.nodeName", message = "nodeName is immutable")
@ValidationRule(
        value = "self.tools.source in ['Agent', 'Host']",
        message = "the tools of a node's session are those of the agent's image or the node's own",
        fieldPath = ".tools.source")
@ValidationRule(
        value = "self.process.profile == 'Target'",
        message = "a session on a node may all that root may there: profile is Target",
        fieldPath = ".process.profile")
public record NodeDebugSessionSpec(
        @Required
        @Size(min = 1, max = 253)
        @Pattern("^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$")
        @JsonPropertyDescription("Name of the node.")
        String nodeName,

        @Default("{}")
        @JsonPropertyDescription(
                "Where the tools in the session's / come from: Agent or Host. The node's own tree is at /var/lib/cntr in any case.")
        ToolsSpec tools,

        @Default("{}") @JsonPropertyDescription("What runs in the session, as root in the node's own namespaces.")
        DebugProcess process,

        @JsonPropertyDescription(
                "Who may attach. Without it nobody: the command starts by itself, without input, and what it prints is only in the recording, where one is asked for.")
        @Nullable
        Attach attach,

        @Default(TimeToLive.DEFAULT)
        @Size(min = 2, max = 24)
        @Pattern(TimeToLive.PATTERN)
        @JsonPropertyDescription("Longest life of the session since its creation, for example 30m; at most 24h.")
        String ttl,

        @Default("300")
        @Min(0)
        @Max(604_800)
        @JsonPropertyDescription("How many seconds the object stays after the session's end.")
        Integer ttlSecondsAfterFinished,

        @Size(min = 2, max = 24)
        @Pattern(TimeToLive.PATTERN)
        @JsonPropertyDescription(
                "How long the session may go without input and output before it ends, for example 15m. Without it: as long as it lives.")
        @Nullable
        String idleTimeout,

        @Default("Never")
        @JsonPropertyDescription(
                "Whether what the session shows is recorded by the node's agent: Required, BestEffort or Never.")
        Recording recording,

        @Size(min = 1, max = 1024)
        @JsonPropertyDescription(
                "Your own user name, as kubectl auth whoami prints it; needed where a DebugPolicy demands approval.")
        @Nullable
        String requester,

        @Size(max = 8) @JsonPropertyDescription("What others decided about the session.")
        List<Approval> approvals) {

    /** Fills in what the API server would have defaulted, as {@link DebugSessionSpec} does. */
    public NodeDebugSessionSpec(
            String nodeName,
            @Nullable ToolsSpec tools,
            @Nullable DebugProcess process,
            @Nullable Attach attach,
            @Nullable String ttl,
            @Nullable Integer ttlSecondsAfterFinished,
            @Nullable String idleTimeout,
            @Nullable Recording recording,
            @Nullable String requester,
            @Nullable List<Approval> approvals) {
        DebugSessionSpec filled = new DebugSessionSpec(
                new Target(nodeName, null),
                tools,
                process,
                attach,
                ttl,
                ttlSecondsAfterFinished,
                idleTimeout,
                recording,
                requester,
                approvals);
        this.nodeName = nodeName;
        this.tools = filled.tools();
        this.process = filled.process();
        this.attach = attach;
        this.ttl = filled.ttl();
        this.ttlSecondsAfterFinished = filled.ttlSecondsAfterFinished();
        this.idleTimeout = idleTimeout;
        this.recording = filled.recording();
        this.requester = requester;
        this.approvals = filled.approvals();
    }

    /** As a session is that has no namespace, with the node in place of a pod: {@link NodeDebugSession#asSession()}. */
    DebugSessionSpec asSession() {
        return new DebugSessionSpec(
                new Target(nodeName, null),
                tools,
                process,
                attach,
                ttl,
                ttlSecondsAfterFinished,
                idleTimeout,
                recording,
                requester,
                approvals);
    }
}
