package dev.cntr.kubectl;

import dev.cntr.kubectl.cluster.Cluster;
import dev.cntr.kubectl.cluster.ClusterOptions;
import dev.cntr.kubectl.cluster.Session;
import dev.cntr.kubectl.cluster.SessionFailure;
import dev.cntr.kubectl.cluster.Sessions;
import dev.cntr.kubectl.terminal.StandardStreams;
import dev.cntr.kubectl.terminal.Terminal;
import dev.cntr.protocol.ClientStream;
import dev.cntr.protocol.DetachKeys;
import dev.cntr.protocol.Possession;
import dev.cntr.protocol.WindowSize;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** {@code kubectl cntr reattach}: comes back to a session that was left. */
final class ReattachCommand implements Callable<Integer> {
    private final CommandSpec spec;
    private final PositionalParamSpec name = PositionalParamSpec.builder()
            .arity("1")
            .paramLabel("NAME")
            .type(String.class)
            .description("Name of the debug session, as kubectl cntr attach --detach has printed it.")
            .build();
    private final OptionSpec detachKeys = AttachOptions.value(
            "KEYS",
            "Keys by which you leave again, as docker writes them: ctrl-p,ctrl-q (default: none, every key is the command's).",
            "--detach-keys");
    private final OptionSpec node = AttachOptions.flag("The session is one on a node: a nodedebugsession.", "--node");
    private final OptionSpec namespace =
            AttachOptions.value("NAME", "The session's namespace; by default the context's.", "-n", "--namespace");
    private final OptionSpec context = AttachOptions.value("NAME", "The kubeconfig's context.", "--context");
    private final OptionSpec kubeconfig = AttachOptions.value("FILE", "The kubeconfig file.", "--kubeconfig");
    private final OptionSpec timeout = AttachOptions.time("30s", "How long to wait for the agent", "--timeout");
    private final OptionSpec requestTimeout =
            AttachOptions.time("15s", "How long one request to the API server may take", "--request-timeout");

    ReattachCommand() {
        spec = CommandSpec.wrapWithoutInspection(this).name("reattach").addPositional(name);
        spec.usageMessage()
                .sortOptions(false)
                .customSynopsis("kubectl cntr reattach NAME [--detach-keys KEYS] [options]")
                .description(
                        "Come back to a session that was begun here with --detach or --detach-keys: shows the last of what it has shown,"
                                + " and goes on there. The session goes on when this program ends, whatever ends it; the exit code is the command's.");
        for (OptionSpec option :
                new OptionSpec[] {detachKeys, node, namespace, context, kubeconfig, timeout, requestTimeout}) {
            spec.addOption(option);
        }
        CntrCommand.addStandardOptions(spec);
    }

    /** What picocli parses. */
    CommandSpec spec() {
        return spec;
    }

    @Override
    public Integer call() {
        boolean terminal = StandardStreams.inputIsTerminal();
        return run(
                Attach.Streams.standard(),
                terminal ? Terminal::ofStandardInput : () -> null,
                SessionKeys.of(System.getenv()));
    }

    /** @param terminals gives null where standard input is none */
    int run(Attach.Streams streams, Supplier<@Nullable Terminal> terminals, SessionKeys keys) {
        DetachKeys leave = AttachCommand.detachKeys(detachKeys.getValue());
        Duration wait = timeout.getValue();
        Duration request = requestTimeout.getValue();
        ClusterOptions options =
                new ClusterOptions(kubeconfig.getValue(), context.getValue(), namespace.getValue(), request);
        try (Cluster cluster = Cluster.connect(options)) {
            Sessions sessions =
                    Boolean.TRUE.equals(node.getValue()) ? Sessions.onNodes(cluster) : new Sessions(cluster);
            Session session = sessions.find(name.getValue());
            if (session.status().finished()) {
                keys.drop(session.uid());
                return over(session, streams);
            }
            Possession key = keys.of(session.uid(), session.name());
            try (AgentLine line = new AgentLine(
                            cluster, sessions, session, cluster.userName(), key, wait, session.reconnectTime());
                    Terminal tty = terminals.get()) {
                WindowSize size = tty == null ? WindowSize.NONE : tty.size();
                try (ClientStream stream = line.open(size)) {
                    return new Dialogue(streams, stream.tty() ? tty : null, size, leave, true)
                            .exitCode(stream, line, true, keys, streams.messages()::println);
                }
            }
        }
    }

    /** A session whose command has ended with nobody there has its exit code still. */
    private static int over(Session session, Attach.Streams streams) {
        Integer code = session.status().exitCode();
        if (code == null) {
            throw SessionFailure.of(session);
        }
        streams.messages()
                .println("the command has ended meanwhile, with exit code " + code
                        + "; what it printed is only where it was recorded");
        return code;
    }
}
