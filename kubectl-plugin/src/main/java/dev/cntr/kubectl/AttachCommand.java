package dev.cntr.kubectl;

import dev.cntr.api.DebugSessionSpec.DebugProcess.Profile;
import dev.cntr.api.DebugSessionSpec.Recording;
import dev.cntr.api.DebugSessionSpec.Variable;
import dev.cntr.api.TimeToLive;
import dev.cntr.kubectl.cluster.Cluster;
import dev.cntr.kubectl.cluster.ClusterOptions;
import dev.cntr.kubectl.cluster.SelectedPod;
import dev.cntr.kubectl.cluster.Target;
import dev.cntr.kubectl.exit.CntrException;
import dev.cntr.kubectl.exit.ExitCode;
import dev.cntr.kubectl.terminal.StandardStreams;
import dev.cntr.kubectl.terminal.Terminal;
import dev.cntr.protocol.DetachKeys;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

/** {@code kubectl cntr attach}: what its options mean here. */
final class AttachCommand implements Callable<Integer> {
    private final List<String> command;
    private final AttachOptions options = new AttachOptions(this);

    /** @param command what stood after {@code --} */
    AttachCommand(List<String> command) {
        this.command = command;
    }

    /** What picocli parses. */
    CommandSpec spec() {
        return options.spec();
    }

    @Override
    public Integer call() throws InterruptedException {
        Attach.Streams streams = Attach.Streams.standard();
        @Nullable String selector = options.selector();
        if (selector != null) {
            return each(selector, streams);
        }
        AttachRequest request = request(
                StandardStreams.inputIsTerminal(),
                StandardStreams.outputIsTerminal(),
                StandardStreams.errorIsTerminal(),
                System.getenv());
        return new Attach(request, streams, Terminal::ofStandardInput, SessionKeys.of(System.getenv())).run();
    }

    private int each(String selector, Attach.Streams streams) throws InterruptedException {
        checkEach();
        int most = options.maxPods();
        List<SelectedPod> pods;
        try (Cluster cluster = Cluster.connect(cluster())) {
            pods = SelectedPod.of(cluster, selector);
        }
        if (pods.size() > most) {
            throw usage("the selector takes %d pods, and --max-pods is %d: give more, or a narrower selector"
                    .formatted(pods.size(), most));
        }
        String container = options.container();
        AttachEach.Command command = (pod, to) -> new Attach(
                        ofEach(pod.name(), System.getenv()),
                        to,
                        () -> {
                            throw new IllegalStateException("nobody asked for a terminal");
                        },
                        SessionKeys.of(System.getenv()))
                .run();
        return new AttachEach(command, streams.out(), streams.err())
                .run(pods.stream()
                        .map(pod -> container == null ? pod : new SelectedPod(pod.name(), container))
                        .toList());
    }

    /** What the session beside one of several pods is asked for: nobody types, and there is no terminal. */
    AttachRequest ofEach(String pod, Map<String, String> env) {
        return request(Target.ofPod(pod), false, false, false, env);
    }

    void checkEach() {
        if (!options.targets().isEmpty()) {
            throw usage("--selector says which pods: leave " + options.targets().getFirst() + " out");
        }
        if (command.isEmpty()) {
            throw usage(
                    "with --selector name the command that is to run beside each pod: kubectl cntr attach -l LABELS -- COMMAND");
        }
        if (options.stdin() || options.tty()) {
            throw usage("with --selector nobody types: leave -i and -t out");
        }
    }

    private ClusterOptions cluster() {
        return new ClusterOptions(options.kubeconfig(), options.context(), namespace(), options.requestTimeout());
    }

    /** Decides all defaults, from what the standard streams are. */
    AttachRequest request(boolean inIsTerminal, boolean outIsTerminal, boolean errIsTerminal, Map<String, String> env) {
        return request(target(), inIsTerminal, outIsTerminal, errIsTerminal, env);
    }

    private AttachRequest request(
            Target target,
            boolean inIsTerminal,
            boolean outIsTerminal,
            boolean errIsTerminal,
            Map<String, String> env) {
        boolean shell = command.isEmpty();
        boolean wantsTty = options.tty() || shell && (options.detach() || inIsTerminal && outIsTerminal);
        boolean detach = options.detach();
        if (options.tty() && !inIsTerminal && !detach) {
            System.err.println("Unable to use a TTY - input is not a terminal");
        }
        boolean hasTty = wantsTty && (detach || inIsTerminal);
        return new AttachRequest(
                cluster(),
                target,
                options.container(),
                options.waitStart() || options.hold(),
                options.hold(),
                command,
                options.stdin() || shell,
                hasTty,
                variables(env, hasTty),
                profile(),
                options.tools(),
                options.resources(),
                duration("--ttl", options.ttl()),
                duration("--idle-timeout", options.idleTimeout()),
                recording(),
                detach,
                detachKeys(options.detachKeys()),
                reconnect(),
                options.timeout(),
                progress(errIsTerminal));
    }

    private Progress.Detail progress(boolean errIsTerminal) {
        if (options.quiet()) {
            return Progress.Detail.QUIET;
        }
        if (errIsTerminal) {
            return Progress.Detail.LIVE;
        }
        return options.verbose() ? Progress.Detail.ALL : Progress.Detail.LATE;
    }

    private Target target() {
        List<String> targets = options.targets();
        return switch (targets.size()) {
            case 0 -> throw usage("name a target: kubectl cntr attach pod/NAME");
            case 1 -> checked(Target.parse(targets.getFirst()));
            default ->
                throw usage("a command comes after --: kubectl cntr attach " + targets.getFirst() + " -- "
                        + String.join(" ", targets.subList(1, targets.size())));
        };
    }

    private Target checked(Target target) {
        if (target.node()) {
            options.ofContainers().ifPresent(option -> {
                throw usage(option + " is for containers: leave it out for a node");
            });
        }
        return target;
    }

    private @Nullable String namespace() {
        String namespace = options.namespace();
        if (namespace != null && !namespace.matches("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")) {
            throw usage("'" + namespace + "' is not the name of a namespace");
        }
        return namespace;
    }

    private Profile profile() {
        String profile = options.profile();
        return switch (profile) {
            case "target" -> Profile.TARGET;
            case "general" -> Profile.GENERAL;
            case "netadmin" -> Profile.NET_ADMIN;
            case "sysadmin" -> Profile.SYS_ADMIN;
            default ->
                throw usage("--profile: there is no '" + profile + "', but: target, general, netadmin, sysadmin");
        };
    }

    private static @Nullable String duration(String option, @Nullable String value) {
        if (value != null) {
            try {
                TimeToLive.parse(value);
            } catch (IllegalArgumentException e) {
                throw usage(option + ": " + e.getMessage());
            }
        }
        return value;
    }

    static DetachKeys detachKeys(@Nullable String names) {
        try {
            return DetachKeys.parse(names == null ? DetachKeys.NONE : names);
        } catch (IllegalArgumentException e) {
            throw usage("--detach-keys: " + e.getMessage());
        }
    }

    private Duration reconnect() {
        String time = options.reconnect();
        if (time.matches("0+s?")) {
            return Duration.ZERO;
        }
        try {
            Duration parsed = Durations.parse(time);
            if (parsed.compareTo(TimeToLive.MAX) <= 0) {
                return parsed;
            }
        } catch (IllegalArgumentException e) {
            throw usage("--reconnect: " + e.getMessage());
        }
        throw usage("--reconnect: '" + time + "' is longer than any session lives");
    }

    private Recording recording() {
        String mode = options.recording();
        return switch (mode) {
            case null -> Recording.NEVER;
            case "Never" -> Recording.NEVER;
            case "BestEffort" -> Recording.BEST_EFFORT;
            case "Required" -> Recording.REQUIRED;
            default -> throw usage("--recording: '" + mode + "' is neither Never nor BestEffort nor Required");
        };
    }

    /** What a terminal program must know about this side; nothing else of this environment is sent. */
    private static List<Variable> variables(Map<String, String> env, boolean tty) {
        return env.entrySet().stream()
                .filter(variable -> isWanted(variable.getKey(), tty))
                .filter(variable -> variable.getValue().length() <= 256)
                .sorted(Map.Entry.comparingByKey())
                .map(variable -> new Variable(variable.getKey(), variable.getValue()))
                .toList();
    }

    private static boolean isWanted(String name, boolean tty) {
        return tty && (name.equals("TERM") || name.equals("COLORTERM"))
                || name.equals("LANG")
                || name.startsWith("LC_");
    }

    private static CntrException usage(String message) {
        return new CntrException(ExitCode.USAGE, message);
    }
}
