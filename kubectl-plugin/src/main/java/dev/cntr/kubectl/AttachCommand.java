package dev.cntr.kubectl;

import dev.cntr.api.DebugSessionSpec.Variable;
import dev.cntr.api.TimeToLive;
import dev.cntr.kubectl.cluster.ClusterOptions;
import dev.cntr.kubectl.cluster.Target;
import dev.cntr.kubectl.exit.CntrException;
import dev.cntr.kubectl.exit.ExitCode;
import dev.cntr.kubectl.terminal.StandardStreams;
import dev.cntr.kubectl.terminal.Terminal;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code kubectl cntr attach}: its options, in kubectl's words. */
@Command(
        name = "attach",
        mixinStandardHelpOptions = true,
        versionProvider = CntrCommand.Version.class,
        sortOptions = false,
        customSynopsis = "kubectl cntr attach TARGET [-c CONTAINER] [-it] [options] [-- COMMAND [args...]]",
        description =
                "Run a shell, or COMMAND, next to a running container: in its namespaces and cgroup, with its user and"
                        + " capabilities, but with the agent's tools at / and the container's own files at /var/lib/cntr.",
        footer = {
            "",
            "Without COMMAND a shell is run with input, and with a terminal if this one is a terminal.",
            "With COMMAND input is sent only with -i, and a terminal made only with -t.",
            "",
            "Examples:",
            "  # A shell beside the default container of pod hello",
            "  kubectl cntr attach hello",
            "",
            "  # Beside container app, in namespace team-a",
            "  kubectl cntr attach pod/hello -c app -n team-a",
            "",
            "  # Beside the newest ready pod of a deployment",
            "  kubectl cntr attach deploy/web",
            "",
            "  # One command, its output in a file here",
            "  kubectl cntr attach hello -- tcpdump -c 10 -w - > hello.pcap",
            "",
            "  # Put a file into the container",
            "  kubectl cntr attach hello -i -- sh -c 'cat > /var/lib/cntr/tmp/data' < data",
            "",
            "Exit codes: the command's own; 2 usage, 117 session lost, 118 expired, 119 no agent on the node,",
            "120 cluster unreachable, 121 cntr not installed, 122 forbidden, 123 no such pod or container,",
            "124 container not running, 125 other errors of cntr."
        })
final class AttachCommand implements Callable<Integer> {
    private final List<String> command;

    @Parameters(
            arity = "0..*",
            paramLabel = "TARGET",
            description = "NAME, pod/NAME, deploy/NAME, sts/, ds/, rs/ or job/.")
    private List<String> targets = List.of();

    @Option(
            names = {"-c", "--container"},
            paramLabel = "NAME",
            description = "The container; by default the one kubectl exec would take.")
    private @Nullable String container;

    @Option(
            names = {"-i", "--stdin"},
            description = "Send standard input to the command.")
    private boolean stdin;

    @Option(
            names = {"-t", "--tty"},
            description = "Give the command a terminal.")
    private boolean tty;

    @Option(
            names = {"-n", "--namespace"},
            paramLabel = "NAME",
            description = "The pod's namespace; by default the context's.")
    private @Nullable String namespace;

    @Option(names = "--context", paramLabel = "NAME", description = "The kubeconfig's context.")
    private @Nullable String context;

    @Option(names = "--kubeconfig", paramLabel = "FILE", description = "The kubeconfig file.")
    private @Nullable String kubeconfig;

    @Option(
            names = "--ttl",
            paramLabel = "TIME",
            description = "Longest life of the session, such as 30m; default 1h, at most 24h.")
    private @Nullable String ttl;

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            defaultValue = "30s",
            description = "How long to wait for the agent; default ${DEFAULT-VALUE}.")
    private Duration timeout = Duration.ofSeconds(30);

    @Option(
            names = "--request-timeout",
            paramLabel = "TIME",
            defaultValue = "15s",
            description = "How long one request to the API server may take; default ${DEFAULT-VALUE}.")
    private Duration requestTimeout = Duration.ofSeconds(15);

    @Option(
            names = {"-q", "--quiet"},
            description = "No progress on standard error.")
    private boolean quiet;

    @Option(
            names = {"-v", "--verbose"},
            description = "Progress on standard error also where that is no terminal.")
    private boolean verbose;

    /** @param command what stood after {@code --} */
    AttachCommand(List<String> command) {
        this.command = command;
    }

    @Override
    public Integer call() throws InterruptedException {
        Attach.Streams streams = new Attach.Streams(
                new FileInputStream(FileDescriptor.in),
                new FileOutputStream(FileDescriptor.out),
                new FileOutputStream(FileDescriptor.err),
                System.err);
        AttachRequest request = request(
                StandardStreams.inputIsTerminal(),
                StandardStreams.outputIsTerminal(),
                StandardStreams.errorIsTerminal(),
                System.getenv());
        return new Attach(request, streams, Terminal::ofStandardInput).run();
    }

    /** Decides all defaults, from what the standard streams are. */
    AttachRequest request(boolean inIsTerminal, boolean outIsTerminal, boolean errIsTerminal, Map<String, String> env) {
        boolean shell = command.isEmpty();
        boolean wantsTty = tty || shell && inIsTerminal && outIsTerminal;
        if (tty && !inIsTerminal) {
            System.err.println("Unable to use a TTY - input is not a terminal");
        }
        boolean hasTty = wantsTty && inIsTerminal;
        return new AttachRequest(
                new ClusterOptions(kubeconfig, context, namespace(), requestTimeout),
                target(),
                container,
                command,
                stdin || shell,
                hasTty,
                variables(env, hasTty),
                ttl(),
                timeout,
                quiet ? Progress.Detail.QUIET : verbose || errIsTerminal ? Progress.Detail.ALL : Progress.Detail.LATE);
    }

    private Target target() {
        return switch (targets.size()) {
            case 0 -> throw usage("name a target: kubectl cntr attach pod/NAME");
            case 1 -> Target.parse(targets.getFirst());
            default ->
                throw usage("a command comes after --: kubectl cntr attach " + targets.getFirst() + " -- "
                        + String.join(" ", targets.subList(1, targets.size())));
        };
    }

    private @Nullable String namespace() {
        if (namespace != null && !namespace.matches("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")) {
            throw usage("'" + namespace + "' is not the name of a namespace");
        }
        return namespace;
    }

    private @Nullable String ttl() {
        if (ttl != null) {
            try {
                TimeToLive.parse(ttl);
            } catch (IllegalArgumentException e) {
                throw usage("--ttl: " + e.getMessage());
            }
        }
        return ttl;
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
