package dev.cntr.api;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a user asks for. All but the times is fixed at creation: the debug container is made from it once.
 *
 * @param target beside what
 * @param tools where the debugging tools come from
 * @param process what runs
 * @param resources limits of its own; null to be limited with the target, in its cgroups
 * @param attach who may attach; null for nobody: the command then starts by itself
 * @param ttl longest life since creation, see {@link TimeToLive}
 * @param ttlSecondsAfterFinished how long the object stays after the session's end
 * @param idleTimeout how long the session may go without a byte in either direction, also before anybody has attached; null for as long as it lives
 * @param recording whether what the session shows is recorded
 * @param requester who asks for it, as the API server knows them; needed where a policy demands approval
 * @param approvals what others decided, one entry a person
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
@ValidationRule(
        value = "!has(self.target.selector) || !has(self.attach)",
        message = "nobody attaches to the sessions of a selector: leave attach out",
        fieldPath = ".attach")
@ValidationRule(value = "self.target == oldSelf.target", message = "target is immutable")
@ValidationRule(value = SessionRules.TOOLS, message = "tools are immutable")
@ValidationRule(value = SessionRules.PROCESS, message = "process is immutable")
@ValidationRule(
        value =
                "has(self.resources) == has(oldSelf.resources) && (!has(self.resources) || self.resources == oldSelf.resources)",
        message = "resources are immutable")
@ValidationRule(value = SessionRules.ATTACH, message = "attach is immutable")
@ValidationRule(value = SessionRules.RECORDING, message = "recording is immutable")
public record DebugSessionSpec(
        @Required @JsonPropertyDescription("The container to debug beside.")
        Target target,

        @Default("{}") @JsonPropertyDescription("Where the tools in the session's / come from.")
        ToolsSpec tools,

        @Default("{}") @JsonPropertyDescription("What runs in the session.")
        DebugProcess process,

        @JsonPropertyDescription(
                "Limits of its own for what runs in the session, in a cgroup beside the target's. Without it the session is in the target's cgroups: what it uses counts there, and the target may be killed for it.")
        @Nullable
        Resources resources,

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
                "How long the session may go without input and output before it ends, for example 15m; also before anybody has attached. Without it: as long as it lives.")
        @Nullable
        String idleTimeout,

        @Default("Never")
        @JsonPropertyDescription(
                "Whether what the session shows is recorded by the node's agent. Required: a session that cannot be recorded is refused, or ended. BestEffort: it goes on, and its condition Recorded says so.")
        Recording recording,

        @Size(min = 1, max = 1024)
        @JsonPropertyDescription(
                "Your own user name, as kubectl auth whoami prints it; needed where a DebugPolicy demands approval.")
        @Nullable
        String requester,

        @Size(max = 8) @JsonPropertyDescription("What others decided about the session, added by kubectl cntr approve.")
        List<Approval> approvals) {

    /** Whether what a session shows is recorded; the better ones come later. */
    public enum Recording {
        /** It is not. */
        @JsonProperty("Never")
        NEVER,
        /** As well as can be: a session goes on without, and says so. */
        @JsonProperty("BestEffort")
        BEST_EFFORT,
        /** There is no session without it. */
        @JsonProperty("Required")
        REQUIRED
    }

    /** Fills in what the API server would have defaulted. */
    public DebugSessionSpec(
            Target target,
            @Nullable ToolsSpec tools,
            @Nullable DebugProcess process,
            @Nullable Resources resources,
            @Nullable Attach attach,
            @Nullable String ttl,
            @Nullable Integer ttlSecondsAfterFinished,
            @Nullable String idleTimeout,
            @Nullable Recording recording,
            @Nullable String requester,
            @Nullable List<Approval> approvals) {
        this.target = target;
        this.tools = tools == null ? ToolsSpec.AGENT : tools;
        this.process = process == null ? DebugProcess.SHELL : process;
        this.resources = resources;
        this.attach = attach;
        this.ttl = ttl == null ? TimeToLive.DEFAULT : ttl;
        this.ttlSecondsAfterFinished = ttlSecondsAfterFinished == null ? 300 : ttlSecondsAfterFinished;
        this.idleTimeout = idleTimeout;
        this.recording = recording == null ? Recording.NEVER : recording;
        this.requester = requester;
        this.approvals = approvals == null ? List.of() : List.copyOf(approvals);
    }

    /** One that is limited with its target. */
    public DebugSessionSpec(
            Target target,
            @Nullable ToolsSpec tools,
            @Nullable DebugProcess process,
            @Nullable Attach attach,
            @Nullable String ttl,
            @Nullable Integer ttlSecondsAfterFinished,
            @Nullable String idleTimeout,
            @Nullable Recording recording,
            @Nullable String requester,
            @Nullable List<Approval> approvals) {
        this(
                target,
                tools,
                process,
                null,
                attach,
                ttl,
                ttlSecondsAfterFinished,
                idleTimeout,
                recording,
                requester,
                approvals);
    }

    /** One that may be idle for as long as it lives, is not recorded, and does not say whose it is. */
    public DebugSessionSpec(
            Target target,
            @Nullable ToolsSpec tools,
            @Nullable DebugProcess process,
            @Nullable Attach attach,
            @Nullable String ttl,
            @Nullable Integer ttlSecondsAfterFinished) {
        this(target, tools, process, attach, ttl, ttlSecondsAfterFinished, null, null, null, null);
    }

    /** What it may use at most; empty where it is limited with its target. */
    public Optional<Resources.Limits> limits() {
        return Optional.ofNullable(resources).map(Resources::limits);
    }

    /** Whether nobody attaches: the command starts by itself. */
    public boolean unattended() {
        return attach == null;
    }

    /** The public keys of those who may attach. */
    public List<String> publicKeys() {
        return attach == null ? List.of() : attach.publicKeys();
    }

    /** How long a client that is cut off is waited for. */
    public Duration reconnectTime() {
        return Duration.ofSeconds(attach == null ? 0 : attach.reconnectSeconds());
    }

    /** How long it may be idle; empty for as long as it lives. */
    public Optional<Duration> idleLimit() {
        return Optional.ofNullable(idleTimeout).map(TimeToLive::parse);
    }

    /** How long the session may live, counted from its creation. */
    public Duration timeToLive() {
        return TimeToLive.parse(ttl);
    }

    /** How long the object stays after the session's end. */
    public Duration retention() {
        return Duration.ofSeconds(ttlSecondsAfterFinished);
    }

    /**
     * The container to debug beside. There is no field for a namespace: a session reaches pods of its own one only.
     *
     * @param pod the pod's name; null where a selector takes pods
     * @param selector takes pods by their labels: one session is made for each of them
     * @param maxPods for how many at most
     * @param container the container's name; without one the pod's default container is taken
     * @param waitForStart whether the container's next start is waited for, also where it runs now
     * @param hold whether it is then stopped before its first instruction, until the session ends or somebody continues it
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonIgnoreProperties(ignoreUnknown = true)
    @ValidationRule(
            value = "has(self.pod) != has(self.selector)",
            message = "exactly one of pod and selector says what is debugged")
    @ValidationRule(
            value = "!has(self.maxPods) || has(self.selector)",
            message = "maxPods belongs to a selector",
            fieldPath = ".maxPods")
    @ValidationRule(
            value = "!(has(self.hold) && self.hold) || has(self.waitForStart) && self.waitForStart",
            message = "hold needs waitForStart: what runs already is not stopped",
            fieldPath = ".hold")
    public record Target(
            @Size(min = 1, max = 253)
            @Pattern("^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$")
            @JsonPropertyDescription("Name of a pod in the session's namespace.")
            @Nullable
            String pod,

            @JsonPropertyDescription(
                    "Instead of pod: labels of pods in the session's namespace. A session is made for each pod that is not finished, by name and up to maxPods, when this one begins; status.pods gathers what becomes of them.")
            @Nullable
            Selector selector,

            @Min(1)
            @Max(MOST_PODS)
            @JsonPropertyDescription("For how many pods of the selector at most; by default 10.")
            @Nullable
            Integer maxPods,

            @Size(min = 1, max = 63)
            @Pattern("^[a-z0-9]([-a-z0-9]*[a-z0-9])?$")
            @JsonPropertyDescription("Name of the pod's container; by default the one that kubectl exec takes.")
            @Nullable
            String container,

            @JsonPropertyDescription(
                    "Whether to wait for the container's next start, as long as the session lives; also where it runs now. For one that crashes again and again.")
            Boolean waitForStart,

            @JsonPropertyDescription(
                    "Whether the container's first process is stopped (SIGSTOP) at that start, before its first instruction; SIGCONT, or the session's end, lets it go on.")
            Boolean hold) {
        /** Most pods that one session may be for. */
        public static final int MOST_PODS = 100;

        private static final int DEFAULT_PODS = 10;

        /** Fills in the defaults. */
        public Target(
                @Nullable String pod,
                @Nullable Selector selector,
                @Nullable Integer maxPods,
                @Nullable String container,
                @Nullable Boolean waitForStart,
                @Nullable Boolean hold) {
            this.pod = pod;
            this.selector = selector;
            this.maxPods = maxPods;
            this.container = container;
            this.waitForStart = waitForStart != null && waitForStart;
            this.hold = hold != null && hold;
        }

        /** A container of a pod. */
        public Target(String pod, @Nullable String container, boolean waitForStart, boolean hold) {
            this(pod, null, null, container, waitForStart, hold);
        }

        /** The container as it runs now. */
        public Target(String pod, @Nullable String container) {
            this(pod, container, false, false);
        }

        /** The same of one of the selector's pods. */
        public Target of(String name) {
            return new Target(name, container, waitForStart, hold);
        }

        /** For how many pods at most. */
        public int podLimit() {
            return maxPods == null ? DEFAULT_PODS : maxPods;
        }

        /** The pod, or which ones, for people. */
        public String podText() {
            return pod == null ? "of a selector" : pod;
        }
    }

    /**
     * What runs in the session.
     *
     * @param command program and arguments; empty for a login shell
     * @param tty whether it gets a terminal
     * @param env variables beside those of the target
     * @param profile with whose rights it runs
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record DebugProcess(
            @Size(max = 256) @JsonPropertyDescription("Program and arguments; by default a shell.")
            List<@Size(max = 4096) String> command,

            @JsonPropertyDescription("Whether the program gets a terminal.")
            Boolean tty,

            @Size(max = 64) @JsonPropertyDescription("Environment variables beside those of the target.")
            List<Variable> env,

            @Default("Target")
            @JsonPropertyDescription(
                    "Target: exactly the identity, capabilities and filters of the target container. General adds tracing processes, NetAdmin changing and seeing the network, SysAdmin everything that root may; each needs a DebugPolicy that names it.")
            Profile profile) {
        /** A shell without a terminal, the default. */
        public static final DebugProcess SHELL = new DebugProcess(null, null, null, null);

        /** Fills in the defaults. */
        public DebugProcess(
                @Nullable List<String> command,
                @Nullable Boolean tty,
                @Nullable List<Variable> env,
                @Nullable Profile profile) {
            this.command = command == null ? List.of() : List.copyOf(command);
            this.tty = tty != null && tty;
            this.env = env == null ? List.of() : List.copyOf(env);
            this.profile = profile == null ? Profile.TARGET : profile;
        }

        /** With whose rights a command runs. */
        public enum Profile {
            /** Exactly the target's. */
            @JsonProperty("Target")
            TARGET,
            /** And tracing processes: CAP_SYS_PTRACE. */
            @JsonProperty("General")
            GENERAL,
            /** And configuring and seeing the network: CAP_NET_ADMIN, CAP_NET_RAW. */
            @JsonProperty("NetAdmin")
            NET_ADMIN,
            /** And all else that root may, without seccomp filter and security context. */
            @JsonProperty("SysAdmin")
            SYS_ADMIN;

            /** As written in the resource, for example {@code NetAdmin}. */
            public String text() {
                return Names.word(this);
            }
        }
    }

    /**
     * An environment variable.
     *
     * @param name without {@code =}
     * @param value as it is, nothing is expanded
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Variable(
            @Required
            @Size(min = 1, max = 256)
            @Pattern("^[-._a-zA-Z][-._a-zA-Z0-9]*$")
            @JsonPropertyDescription("Name of the variable.")
            String name,

            @Required @Size(max = 4096) @JsonPropertyDescription("Value of the variable, taken as it is.")
            String value) {}

    /**
     * Who may attach.
     *
     * @param publicKeys {@code ed25519:} and the base64 of 32 bytes: whoever holds one of the private keys
     * @param reconnectSeconds how long a client that is cut off is waited for
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Attach(
            @Required
            @Size(min = 1, max = 8)
            @JsonPropertyDescription(
                    "Ed25519 public keys, as ed25519: and the base64 of the raw 32 bytes. Whoever holds one of the private keys may attach.")
            List<@Size(min = 52, max = 52) @Pattern("^ed25519:[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$") String>
                    publicKeys,

            @Default("60")
            @Min(0)
            @Max(86_400)
            @JsonPropertyDescription(
                    "How many seconds the command goes on when its client is cut off, so that the client can come back; then it is hung up. A client that leaves on purpose, or is interrupted, is not waited for.")
            Integer reconnectSeconds) {
        /** How long a client that is cut off is waited for where nothing is said, in seconds. */
        public static final int RECONNECT_SECONDS = 60;

        /** Copies the list, and fills in what the API server would have defaulted. */
        public Attach(List<String> publicKeys, @Nullable Integer reconnectSeconds) {
            this.publicKeys = List.copyOf(publicKeys);
            this.reconnectSeconds = reconnectSeconds == null ? RECONNECT_SECONDS : reconnectSeconds;
        }

        /** One that is waited for as long as others. */
        public Attach(List<String> publicKeys) {
            this(publicKeys, null);
        }
    }
}
