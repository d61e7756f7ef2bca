package dev.cntr.kubectl;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cntr.api.ConditionType;
import dev.cntr.api.DebugSessionStatus;
import dev.cntr.api.Reason;
import dev.cntr.kubectl.cluster.Certificates;
import dev.cntr.kubectl.cluster.FakeCluster;
import dev.cntr.protocol.DebugProcess;
import dev.cntr.protocol.ServedCommand;
import dev.cntr.protocol.ServerStream;
import dev.cntr.protocol.WindowSize;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A cluster of one process, through which {@code dev/training/kubectl-cntr} leads the program so that its AOT cache holds
 * what a whole attach needs: TLS with a client's certificate, a session that is placed and gets ready, and the agent's real
 * stream behind an exec. Every command says "trained" and ends with 0.
 *
 * <p>{@code TrainingCluster DIRECTORY} writes a kubeconfig there, says "ready", and stays until its standard input ends.
 */
public final class TrainingCluster {
    private TrainingCluster() {}

    public static void main(String[] args) throws Exception {
        Path directory = Path.of(args[0]);
        try (FakeCluster cluster = new FakeCluster(Certificates.in(directory))) {
            serveSessions(cluster);
            cluster.kubeconfig(directory);
            System.out.println("ready");
            System.in.transferTo(OutputStream.nullOutputStream());
        }
    }

    /** Places every session on a node, makes it ready, and accepts who has its key. */
    static void serveSessions(FakeCluster cluster) {
        cluster.operator(c -> {
            c.status(placed());
            c.status(placed().change().ready("created", Instant.now()).done());
        });
        cluster.exec((_, in, out, _, _) -> {
            List<String> keys = new ArrayList<>();
            cluster.session().path("spec").path("attach").path("publicKeys").forEach(key -> keys.add(key.asText()));
            boolean tty =
                    cluster.session().path("spec").path("process").path("tty").asBoolean();
            new ServedCommand(new Trained(), tty)
                    .serve(ServerStream.accept(in, out, new ServerStream.Identity("session-uid", "pod-uid", keys)));
        });
    }

    private static DebugSessionStatus placed() {
        return DebugSessionStatus.EMPTY
                .change()
                .nodeName("node-2")
                .podUID("pod-uid")
                .agentPod("agent-1")
                .relayPod("cntr-relay/relay-1")
                .condition(ConditionType.SCHEDULED, true, Reason.SCHEDULED, "on node-2", Instant.now())
                .done();
    }

    /** Has already ended. */
    private static final class Trained implements DebugProcess {
        @Override
        public OutputStream stdin() {
            return OutputStream.nullOutputStream();
        }

        @Override
        public InputStream stdout() {
            return new ByteArrayInputStream("trained\n".getBytes(UTF_8));
        }

        @Override
        public @Nullable InputStream stderr() {
            return null;
        }

        @Override
        public void resize(WindowSize size) {}

        @Override
        public void signal(int number) {}

        @Override
        public CompletionStage<Integer> exit() {
            return CompletableFuture.completedFuture(0);
        }
    }
}
