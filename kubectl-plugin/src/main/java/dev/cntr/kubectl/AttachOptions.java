package dev.cntr.kubectl;

import dev.cntr.api.Resources;
import dev.cntr.api.ToolsSpec;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * The options of {@code kubectl cntr attach}, in kubectl's words. picocli is told of them without annotations: for each type of
 * those the JDK generates a class at every start.
 */
final class AttachOptions {
    private static final String DESCRIPTION =
            "Run a shell, or COMMAND, next to a running container: in its namespaces and cgroup, with its user and"
                    + " capabilities, but with the agent's tools at / and the container's own files at /var/lib/cntr.";

    private static final String[] FOOTER = {
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
        "  # One command beside each pod that has a label",
        "  kubectl cntr attach -l app=web -- sh -c 'ls /proc/1/fd | wc -l'",
        "",
        "  # With the tools of its sidecar",
        "  kubectl cntr attach hello -c app --tools-from sidecar",
        "",
        "  # A search that may not take the container's memory and CPU",
        "  kubectl cntr attach hello --memory 128Mi --cpu 200m -- grep -r needle /var/lib/cntr/data",
        "",
        "  # A pod that crashes at its start, stopped there until the shell ends",
        "  kubectl cntr attach hello --hold",
        "",
        "  # A long search that goes on when this machine sleeps; reattach shows how far it is",
        "  kubectl cntr attach hello --detach --ttl 8h -- find /var/lib/cntr -name core",
        "",
        "  # The node itself, as its root, where the cluster allows it",
        "  kubectl cntr attach node/worker-1",
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
    };

    private final CommandSpec spec;
    private final PositionalParamSpec targets = PositionalParamSpec.builder()
            .arity("0..*")
            .paramLabel("TARGET")
            .type(List.class)
            .auxiliaryTypes(String.class)
            .description("NAME, pod/NAME, deploy/NAME, sts/, ds/, rs/ or job/, or node/NAME.")
            .build();
    private final OptionSpec container =
            value("NAME", "The container; by default the one kubectl exec would take.", "-c", "--container");
    private final OptionSpec selector = value(
            "LABELS",
            "In place of TARGET: COMMAND runs beside each pod with these labels, such as app=web, that is not finished; each line of"
                    + " output begins with its pod. The exit code is 0 where all are, else the greatest.",
            "-l",
            "--selector");
    private final OptionSpec maxPods = OptionSpec.builder("--max-pods")
            .type(int.class)
            .paramLabel("NUMBER")
            .defaultValue("10")
            .description("For how many pods at once --selector may be; default ${DEFAULT-VALUE}.")
            .build();
    private final OptionSpec waitStart = flag(
            "Wait for the container's next start, as long as the session lives: for one that crashes again and again.",
            "--wait-start");
    private final OptionSpec hold = flag(
            "As --wait-start, and stop the container's first process there, before its first instruction. kill -CONT 1, or"
                    + " the session's end, lets it go on.",
            "--hold");
    private final OptionSpec stdin = flag("Send standard input to the command.", "-i", "--stdin");
    private final OptionSpec tty = flag("Give the command a terminal.", "-t", "--tty");
    private final OptionSpec namespace =
            value("NAME", "The pod's namespace; by default the context's.", "-n", "--namespace");
    private final OptionSpec context = value("NAME", "The kubeconfig's context.", "--context");
    private final OptionSpec kubeconfig = value("FILE", "The kubeconfig file.", "--kubeconfig");
    private final OptionSpec profile = OptionSpec.builder("--profile")
            .type(String.class)
            .paramLabel("NAME")
            .defaultValue("target")
            .description("What the command may do beyond the container: target (default, nothing), general (trace),"
                    + " netadmin, sysadmin (all); a DebugPolicy must allow it.")
            .build();
    private final ToolsOptions tools = new ToolsOptions();
    private final ResourceOptions resources = new ResourceOptions();
    private final OptionSpec ttl =
            value("TIME", "Longest life of the session, such as 30m; default 1h, at most 24h.", "--ttl");
    private final OptionSpec idleTimeout = value(
            "TIME", "Ends the session when nothing was typed or shown for so long, such as 15m.", "--idle-timeout");
    private final OptionSpec recording = value(
            "MODE",
            "Never, BestEffort or Required: whether the node's agent records what is shown. A Required session that cannot"
                    + " be recorded is refused, or ended. Default Never.",
            "--recording");
    private final OptionSpec detach = flag(
            "Leave the session at once, print its name, and let it go on until its command or its time ends; see: kubectl cntr reattach.",
            "--detach");
    private final OptionSpec detachKeys = value(
            "KEYS",
            "Keys by which you leave the session, which goes on, as docker writes them: ctrl-p,ctrl-q (default: none, every key is the command's).",
            "--detach-keys");
    private final OptionSpec reconnect = OptionSpec.builder("--reconnect")
            .type(String.class)
            .paramLabel("TIME")
            .defaultValue("1m")
            .description(
                    "How long the command goes on when the connection breaks, which is made again meanwhile; 0 for not at all."
                            + " Default ${DEFAULT-VALUE}.")
            .build();
    private final OptionSpec timeout = time("30s", "How long to wait for the agent", "--timeout");
    private final OptionSpec requestTimeout =
            time("15s", "How long one request to the API server may take", "--request-timeout");
    private final OptionSpec quiet = flag("No progress on standard error.", "-q", "--quiet");
    private final OptionSpec verbose =
            flag("Progress on standard error also where that is no terminal.", "-v", "--verbose");

    /** @param command what picocli is to run */
    AttachOptions(Object command) {
        spec = CommandSpec.wrapWithoutInspection(command).name("attach").addPositional(targets);
        spec.usageMessage()
                .sortOptions(false)
                .customSynopsis(
                        "kubectl cntr attach (TARGET | -l LABELS) [-c CONTAINER] [-it] [options] [-- COMMAND [args...]]")
                .description(DESCRIPTION)
                .footer(FOOTER);
        for (OptionSpec option : List.of(
                container, selector, maxPods, waitStart, hold, stdin, tty, namespace, context, kubeconfig, profile)) {
            spec.addOption(option);
        }
        tools.addTo(spec);
        resources.addTo(spec);
        for (OptionSpec option : List.of(
                ttl, idleTimeout, recording, detach, detachKeys, reconnect, timeout, requestTimeout, quiet, verbose)) {
            spec.addOption(option);
        }
        CntrCommand.addStandardOptions(spec);
    }

    /** What picocli parses. */
    CommandSpec spec() {
        return spec;
    }

    List<String> targets() {
        List<String> named = targets.getValue();
        return named == null ? List.of() : named;
    }

    @Nullable
    String container() {
        return container.getValue();
    }

    @Nullable
    String selector() {
        return selector.getValue();
    }

    int maxPods() {
        return maxPods.<Integer>getValue();
    }

    /** The first option that was given and means something for containers alone. */
    Optional<String> ofContainers() {
        return Stream.concat(
                        Stream.of(container, waitStart, hold, namespace),
                        Stream.concat(tools.ofContainers(), resources.all()))
                .filter(option -> option.getValue() != null && !Boolean.FALSE.equals(option.getValue()))
                .map(OptionSpec::longestName)
                .findFirst()
                .or(() -> profile().equals("target") ? Optional.empty() : Optional.of("--profile"));
    }

    boolean waitStart() {
        return isSet(waitStart);
    }

    boolean hold() {
        return isSet(hold);
    }

    boolean stdin() {
        return isSet(stdin);
    }

    boolean tty() {
        return isSet(tty);
    }

    @Nullable
    String namespace() {
        return namespace.getValue();
    }

    @Nullable
    String context() {
        return context.getValue();
    }

    @Nullable
    String kubeconfig() {
        return kubeconfig.getValue();
    }

    String profile() {
        return profile.getValue();
    }

    ToolsSpec tools() {
        return tools.tools();
    }

    @Nullable
    Resources resources() {
        return resources.resources();
    }

    @Nullable
    String ttl() {
        return ttl.getValue();
    }

    @Nullable
    String idleTimeout() {
        return idleTimeout.getValue();
    }

    @Nullable
    String recording() {
        return recording.getValue();
    }

    boolean detach() {
        return isSet(detach);
    }

    @Nullable
    String detachKeys() {
        return detachKeys.getValue();
    }

    String reconnect() {
        return reconnect.getValue();
    }

    Duration timeout() {
        return timeout.getValue();
    }

    Duration requestTimeout() {
        return requestTimeout.getValue();
    }

    boolean quiet() {
        return isSet(quiet);
    }

    boolean verbose() {
        return isSet(verbose);
    }

    private static boolean isSet(OptionSpec flag) {
        return Boolean.TRUE.equals(flag.getValue());
    }

    static OptionSpec value(String label, String description, String... names) {
        return OptionSpec.builder(names)
                .type(String.class)
                .paramLabel(label)
                .description(description)
                .build();
    }

    static OptionSpec flag(String description, String... names) {
        return OptionSpec.builder(names)
                .type(boolean.class)
                .description(description)
                .build();
    }

    static OptionSpec time(String byDefault, String description, String name) {
        return OptionSpec.builder(name)
                .type(Duration.class)
                .paramLabel("TIME")
                .defaultValue(byDefault)
                .description(description + "; default ${DEFAULT-VALUE}.")
                .build();
    }
}
