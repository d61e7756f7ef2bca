package dev.cntr.kubectl;

import dev.cntr.api.DebugSessionSpec;
import dev.cntr.kubectl.cluster.Cluster;
import dev.cntr.kubectl.cluster.Relay;
import dev.cntr.kubectl.cluster.Session;
import dev.cntr.kubectl.cluster.Sessions;
import dev.cntr.kubectl.exit.CntrException;
import dev.cntr.kubectl.exit.ExitCode;
import dev.cntr.kubectl.terminal.Resizes;
import dev.cntr.kubectl.terminal.Terminal;
import dev.cntr.protocol.ClientStream;
import dev.cntr.protocol.Ending;
import dev.cntr.protocol.Possession;
import dev.cntr.protocol.ProtocolException;
import dev.cntr.protocol.WindowSize;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes a session, waits for its agent, and carries the standard streams until the command's end. A session that nobody came
 * to use is deleted again, also when this program is interrupted.
 */
final class Attach {
    /** The standard streams of this program. */
    record Streams(InputStream in, OutputStream out, OutputStream err, PrintStream messages) {}

    private static final Executor BESIDE = task -> Thread.ofVirtual().start(task);

    private final AttachRequest request;
    private final Streams streams;
    private final Supplier<Terminal> terminals;
    private final Progress progress;

    Attach(AttachRequest request, Streams streams, Supplier<Terminal> terminals) {
        this.request = request;
        this.streams = streams;
        this.terminals = terminals;
        this.progress = new Progress(
                streams.messages(), request.progress(), request.tools().image());
    }

    /**
     * Does all of it.
     *
     * @return the command's exit code
     * @throws CntrException when there is none
     */
    int run() throws InterruptedException {
        CompletableFuture<Possession> key = CompletableFuture.supplyAsync(Possession::generate, BESIDE);
        CompletableFuture<@Nullable Terminal> terminal =
                CompletableFuture.supplyAsync(() -> request.tty() ? terminals.get() : null, BESIDE);
        try (Cluster cluster = Cluster.connect(request.cluster())) {
            String pod = request.target().pod(cluster);
            Sessions sessions = request.target().node() ? Sessions.onNodes(cluster) : new Sessions(cluster);
            Optional<String> user = cluster.userName();
            Session created = sessions.create(spec(pod, key.join(), user));
            try (Abandoned abandoned = new Abandoned(sessions, created)) {
                Session session = awaitReady(sessions, created);
                try (Relay relay = Relay.open(cluster, session, user);
                        Terminal tty = terminal.join()) {
                    WindowSize size = tty == null ? WindowSize.NONE : tty.size();
                    try (ClientStream stream = connect(relay, size, key.join(), session)) {
                        abandoned.inUse();
                        progress.say("attached");
                        if (request.hold()) {
                            progress.hint(
                                    "the container is stopped at its start; it goes on when it gets SIGCONT (kill -CONT 1), or when this"
                                            + " session ends");
                        }
                        Ending ending = carry(stream, tty, size);
                        return new Endings(sessions, session, relay::complaint).exitCode(ending);
                    }
                }
            }
        }
    }

    private Session awaitReady(Sessions sessions, Session created) throws InterruptedException {
        try (progress) {
            progress.saw(created);
            return sessions.awaitReady(created, request.timeout(), progress::saw);
        }
    }

    private DebugSessionSpec spec(String pod, Possession key, Optional<String> user) {
        return new DebugSessionSpec(
                new DebugSessionSpec.Target(pod, request.container(), request.waitForStart(), request.hold()),
                request.tools(),
                new DebugSessionSpec.DebugProcess(request.command(), request.tty(), request.env(), request.profile()),
                request.resources(),
                new DebugSessionSpec.Attach(List.of(key.publicKey())),
                request.ttl(),
                null,
                request.idleTimeout(),
                request.recording(),
                user.orElse(null),
                null);
    }

    private ClientStream connect(Relay relay, WindowSize size, Possession key, Session session) {
        String podUid = session.status().podUID();
        Thread watchdog = Thread.ofVirtual().start(() -> closeAfter(request.timeout(), relay));
        try {
            return ClientStream.open(relay.in(), relay.out(), size, key, session.uid(), podUid == null ? "" : podUid);
        } catch (ProtocolException e) {
            throw Endings.refused(e.code(), String.valueOf(e.getMessage()));
        } catch (IOException e) {
            String complaint = relay.complaint();
            throw new CntrException(
                    ExitCode.LOST,
                    "the agent did not answer: " + (complaint.isEmpty() ? e.getMessage() : complaint)
                            + "; attach again, or see: kubectl get pods -o wide -n cntr-system",
                    e);
        } finally {
            watchdog.interrupt();
        }
    }

    private static void closeAfter(Duration time, Relay relay) {
        try {
            Thread.sleep(time);
            relay.close();
        } catch (InterruptedException _) {
            // The agent answered in time.
        }
    }

    private Ending carry(ClientStream stream, @Nullable Terminal tty, WindowSize size) {
        InputStream in = request.stdin() ? streams.in() : null;
        if (tty == null) {
            return stream.run(in, streams.out(), streams.err());
        }
        Thread restore = new Thread(tty::restore, "cntr-restore-terminal");
        Runtime.getRuntime().addShutdownHook(restore);
        try {
            if (in != null) {
                tty.raw();
            }
            Resizes.follow(tty, size, stream::resize);
            return stream.run(in, streams.out(), streams.err());
        } finally {
            tty.restore();
        }
    }
}
