package dev.cntr.kubectl;

import dev.cntr.api.DebugSessionSpec;
import dev.cntr.kubectl.cluster.Cluster;
import dev.cntr.kubectl.cluster.Session;
import dev.cntr.kubectl.cluster.Sessions;
import dev.cntr.kubectl.terminal.Terminal;
import dev.cntr.protocol.ClientStream;
import dev.cntr.protocol.Possession;
import dev.cntr.protocol.WindowSize;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
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
    record Streams(InputStream in, OutputStream out, OutputStream err, PrintStream messages) {
        /** Those of this program. */
        static Streams standard() {
            return new Streams(
                    new FileInputStream(FileDescriptor.in),
                    new FileOutputStream(FileDescriptor.out),
                    new FileOutputStream(FileDescriptor.err),
                    System.err);
        }

        /** Where a result is printed that is not the command's output. */
        PrintStream result() {
            return new PrintStream(out, true, StandardCharsets.UTF_8);
        }
    }

    /** The size of a terminal that nobody looks at yet. */
    private static final WindowSize UNSEEN = new WindowSize(80, 24);

    private static final Executor BESIDE = task -> Thread.ofVirtual().start(task);

    private final AttachRequest request;
    private final Streams streams;
    private final Supplier<Terminal> terminals;
    private final SessionKeys keys;
    private final Progress progress;

    Attach(AttachRequest request, Streams streams, Supplier<Terminal> terminals, SessionKeys keys) {
        this.request = request;
        this.keys = keys;
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
        CompletableFuture<@Nullable Terminal> terminal = CompletableFuture.supplyAsync(
                () -> request.tty() && !request.detach() ? terminals.get() : null, BESIDE);
        try (Cluster cluster = Cluster.connect(request.cluster())) {
            String pod = request.target().pod(cluster);
            Sessions sessions = request.target().node() ? Sessions.onNodes(cluster) : new Sessions(cluster);
            Optional<String> user = cluster.userName();
            Session created = sessions.create(spec(pod, key.join(), user));
            try (Abandoned abandoned = new Abandoned(sessions, created)) {
                Session session = awaitReady(sessions, created);
                try (AgentLine line = new AgentLine(
                                cluster, sessions, session, user, key.join(), request.timeout(), request.reconnect());
                        Terminal tty = terminal.join()) {
                    if (request.returnable()) {
                        keys.keep(session.uid(), key.join());
                    }
                    WindowSize size = tty == null ? unseen() : tty.size();
                    try (ClientStream stream = line.open(size)) {
                        abandoned.inUse();
                        return request.detach() ? detach(session, stream) : converse(line, stream, tty, size);
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

    private WindowSize unseen() {
        return request.detach() && request.tty() ? UNSEEN : WindowSize.NONE;
    }

    /** Leaves the session at once, and says how to come back. */
    private int detach(Session session, ClientStream stream) {
        if (!request.stdin()) {
            stream.endInput();
        }
        stream.detach();
        progress.hint(Dialogue.goesOn(session));
        streams.result().println(session.name());
        return 0;
    }

    private int converse(AgentLine line, ClientStream stream, @Nullable Terminal tty, WindowSize size) {
        progress.say("attached");
        if (request.hold()) {
            progress.hint(
                    "the container is stopped at its start; it goes on when it gets SIGCONT (kill -CONT 1), or when this"
                            + " session ends");
        }
        return new Dialogue(streams, tty, size, request.detachKeys(), request.returnable())
                .exitCode(stream, line, request.stdin(), keys, progress::hint);
    }

    private DebugSessionSpec spec(String pod, Possession key, Optional<String> user) {
        return new DebugSessionSpec(
                new DebugSessionSpec.Target(pod, request.container(), request.waitForStart(), request.hold()),
                request.tools(),
                new DebugSessionSpec.DebugProcess(request.command(), request.tty(), request.env(), request.profile()),
                request.resources(),
                new DebugSessionSpec.Attach(
                        List.of(key.publicKey()), (int) request.reconnect().toSeconds()),
                request.ttl(),
                null,
                request.idleTimeout(),
                request.recording(),
                user.orElse(null),
                null);
    }
}
