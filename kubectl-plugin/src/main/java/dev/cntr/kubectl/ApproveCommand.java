package dev.cntr.kubectl;

import dev.cntr.api.Approval.Decision;
import dev.cntr.api.ApprovalStanding;
import dev.cntr.kubectl.cluster.Cluster;
import dev.cntr.kubectl.cluster.ClusterOptions;
import dev.cntr.kubectl.cluster.Sessions;
import dev.cntr.kubectl.cluster.UserInfo;
import dev.cntr.kubectl.exit.CntrException;
import dev.cntr.kubectl.exit.ExitCode;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** {@code kubectl cntr approve}: what one person says to a session that waits for that. Who may is decided by the cluster. */
final class ApproveCommand implements Callable<Integer> {
    private static final int LONGEST_COMMENT = 512;

    private final PrintStream out;
    private final CommandSpec spec;
    private final PositionalParamSpec name = PositionalParamSpec.builder()
            .arity("1")
            .paramLabel("NAME")
            .type(String.class)
            .description("Name of the debug session, as in: kubectl get debugsessions")
            .build();
    private final OptionSpec deny = AttachOptions.value("REASON", "Deny it, and say why.", "--deny");
    private final OptionSpec comment =
            AttachOptions.value("TEXT", "Why it is approved, such as a ticket.", "--comment");
    private final OptionSpec node = OptionSpec.builder("--node")
            .type(boolean.class)
            .description("The session is one on a node: a nodedebugsession.")
            .build();
    private final OptionSpec namespace =
            AttachOptions.value("NAME", "The session's namespace; by default the context's.", "-n", "--namespace");
    private final OptionSpec context = AttachOptions.value("NAME", "The kubeconfig's context.", "--context");
    private final OptionSpec kubeconfig = AttachOptions.value("FILE", "The kubeconfig file.", "--kubeconfig");
    private final OptionSpec requestTimeout =
            AttachOptions.time("15s", "How long one request to the API server may take", "--request-timeout");

    ApproveCommand(PrintStream out) {
        this.out = out;
        spec = CommandSpec.wrapWithoutInspection(this).name("approve").addPositional(name);
        spec.usageMessage()
                .sortOptions(false)
                .customSynopsis("kubectl cntr approve NAME [--comment TEXT | --deny REASON] [options]")
                .description(
                        "Approve or deny a debug session of somebody else, where a DebugPolicy demands that; it may demand several"
                                + " people, or those of a group. A denial also ends"
                                + " a session that runs.");
        for (OptionSpec option :
                new OptionSpec[] {deny, comment, node, namespace, context, kubeconfig, requestTimeout}) {
            spec.addOption(option);
        }
        CntrCommand.addStandardOptions(spec);
    }

    /** What picocli parses. */
    CommandSpec spec() {
        return spec;
    }

    @Override
    public Integer call() throws InterruptedException {
        String denial = deny.getValue();
        String approval = comment.getValue();
        if (denial != null && approval != null) {
            throw new CntrException(ExitCode.USAGE, "--deny says why already: leave --comment out");
        }
        String why = denial != null ? denial : approval;
        if (why != null && why.length() > LONGEST_COMMENT) {
            throw new CntrException(ExitCode.USAGE, "a reason has at most " + LONGEST_COMMENT + " characters");
        }
        Decision decision = denial != null ? Decision.DENIED : Decision.APPROVED;
        Duration timeout = requestTimeout.getValue();
        ClusterOptions options =
                new ClusterOptions(kubeconfig.getValue(), context.getValue(), namespace.getValue(), timeout);
        try (Cluster cluster = Cluster.connect(options)) {
            UserInfo user = cluster.user()
                    .orElseThrow(() -> new CntrException(
                            ExitCode.FORBIDDEN,
                            "the cluster does not say who you are, and an approval bears its approver's name; check with:"
                                    + " kubectl auth whoami"));
            String session = name.getValue();
            boolean onNode = Boolean.TRUE.equals(node.getValue());
            Sessions sessions = onNode ? Sessions.onNodes(cluster) : new Sessions(cluster);
            Optional<ApprovalStanding> standing = sessions.approvals().decide(session, user, decision, why);
            out.println((onNode ? "nodedebugsession" : "debugsession") + ".cntr.dev/" + session
                    + (denial != null
                            ? " denied"
                            : " approved"
                                    + standing.map(ApproveCommand::missing).orElse("")));
            return 0;
        }
    }

    private static String missing(ApprovalStanding standing) {
        if (standing.missing() == 0) {
            return "";
        }
        String whose =
                standing.groups().isEmpty() ? "" : ", of somebody in group " + String.join(" or ", standing.groups());
        return "; %d of %d approvals %s still missing%s"
                .formatted(standing.missing(), standing.required(), standing.missing() == 1 ? "is" : "are", whose);
    }
}
