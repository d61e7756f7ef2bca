package dev.cntr.kubectl;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cntr.api.ConditionType;
import dev.cntr.api.DebugSessionSpec;
import dev.cntr.api.DebugSessionSpec.DebugProcess.Profile;
import dev.cntr.api.DebugSessionStatus;
import dev.cntr.api.Reason;
import dev.cntr.api.Resources;
import dev.cntr.api.ToolsSpec;
import dev.cntr.kubectl.cluster.ClusterOptions;
import dev.cntr.kubectl.cluster.FakeCluster;
import dev.cntr.kubectl.cluster.Target;
import dev.cntr.kubectl.exit.CntrException;
import dev.cntr.kubectl.exit.ExitCode;
import dev.cntr.kubectl.terminal.Terminal;
import dev.cntr.protocol.DebugProcess;
import dev.cntr.protocol.DetachKeys;
import dev.cntr.protocol.ErrorCode;
import dev.cntr.protocol.Outcome;
import dev.cntr.protocol.ServedCommand;
import dev.cntr.protocol.ServerStream;
import dev.cntr.protocol.WindowSize;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.SequenceInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Whole attaches: a cluster that places the session, and the agent's real stream behind its exec. */
@Timeout(30)
class AttachTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    private @TempDir Path directory;
    private FakeCluster cluster;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final ByteArrayOutputStream messages = new ByteArrayOutputStream();
    private final BlockingQueue<Outcome> outcomes = new LinkedBlockingQueue<>();
    private final RecordingTerminal terminal = new RecordingTerminal();

    private Duration reconnect = Duration.ZERO;
    private boolean detach;
    private String leave = "";

    @BeforeEach
    void start() throws IOException {
        cluster = new FakeCluster();
        cluster.operator(c -> {
            c.status(placed());
            c.status(placed().change().ready("created", NOW).done());
        });
    }

    @AfterEach
    void stop() throws IOException {
        cluster.close();
    }

    @Test
    void aCommandsOutputErrorsAndExitCodeArrive() throws Exception {
        agent(new Echo(7));
        assertThat(attach("hi\n", false)).isEqualTo(7);
        assertThat(out.toString(UTF_8)).isEqualTo("hi\n");
        assertThat(err.toString(UTF_8)).isEqualTo("errors");
        assertThat(outcomes.poll(5, TimeUnit.SECONDS)).isEqualTo(new Outcome.Exited(7));
        assertThat(messages.toString(UTF_8))
                .isEqualTo("session default/hello-x7k2p scheduled on node-2\nagent ready\nattached\n");
        assertThat(cluster.session().isMissingNode())
                .as("left for its retention")
                .isFalse();
        assertThat(cluster.session().path("spec").path("resources").toString())
                .isEqualTo("{\"limits\":{\"memory\":\"64Mi\"}}");
    }

    @Test
    void aTerminalIsRawWhileTheCommandRunsAndItsSizeIsKnown() throws Exception {
        Echo command = new Echo(0);
        agent(command);
        assertThat(attach("typed", true)).isZero();
        assertThat(terminal.events).containsExactly("raw", "restore");
        assertThat(command.size.get(1, TimeUnit.SECONDS)).isEqualTo(new WindowSize(80, 24));
        assertThat(out.toString(UTF_8)).isEqualTo("typed");
    }

    @Test
    void aSessionThatFailsIsNotLeftBehind() {
        cluster.operator(c -> c.status(placed().change()
                .stalled(Reason.CONTAINER_NOT_RUNNING, "container app waits: ImagePullBackOff", NOW)
                .done()));
        assertFails(
                ExitCode.NOT_RUNNING,
                "container app waits: ImagePullBackOff; wait for its next start with --wait-start, or see: kubectl get pods -n default");
        assertThat(cluster.session().isMissingNode()).isTrue();
    }

    @Test
    void aSessionThatIsNotServedInTimeIsNotLeftBehind() {
        cluster.operator(_ -> {});
        assertFails(ExitCode.NOT_INSTALLED, "no operator looked at");
        assertThat(cluster.session().isMissingNode()).isTrue();
    }

    @Test
    void anAgentThatRefusesSaysWhy() {
        cluster.exec((_, in, out, _, _) ->
                ServerStream.refuse(in, out, ErrorCode.ALREADY_ATTACHED, "jane is attached to this session"));
        assertFails(ExitCode.INTERNAL, "jane is attached to this session; see the agent's log");
        assertThat(cluster.session().isMissingNode()).isTrue();
    }

    @Test
    void aRelayWithoutAnAgentSaysSo() {
        cluster.exec((_, _, _, err, _) -> err.write("relay: /run/cntr/relay.sock: no such file".getBytes(UTF_8)));
        assertFails(ExitCode.LOST, "the agent did not answer: relay: /run/cntr/relay.sock: no such file");
    }

    @Test
    void aSessionThatExpiresWhileAttachedSaysSoAndTheTerminalIsRestored() {
        cluster.exec((_, in, out, _, _) -> {
            ServerStream stream = ServerStream.accept(in, out, identity());
            ServedCommand served = new ServedCommand(new Sleeping(), true);
            Thread.ofVirtual().start(() -> {
                sleep();
                served.end(ErrorCode.EXPIRED, "the session reached its time to live of 1h");
            });
            served.serve(stream);
        });
        assertThatThrownBy(() -> attach("", true)).isInstanceOfSatisfying(CntrException.class, e -> {
            assertThat(e.exitCode()).isEqualTo(ExitCode.EXPIRED);
            assertThat(e.getMessage())
                    .isEqualTo(
                            "the session reached its time to live of 1h; attach again, with a longer --ttl or --idle-timeout");
        });
        assertThat(terminal.events).containsExactly("raw", "restore");
    }

    @Test
    void anAgentKilledWhileAttachedIsToldByTheSessionWhereItKnows() {
        cluster.exec((_, in, out, _, _) -> {
            ServerStream stream = ServerStream.accept(in, out, identity());
            Thread.ofVirtual().start(() -> {
                sleep();
                cluster.status(placed().change()
                        .stalled(Reason.AGENT_LOST, "the agent pod agent-1 is gone", NOW)
                        .done());
                cluster.breakConnections();
            });
            new ServedCommand(new Sleeping(), false).serve(stream);
        });
        assertFails(ExitCode.LOST, "the agent pod agent-1 is gone; attach again");
    }

    @Test
    void aBrokenConnectionIsALostSession() {
        cluster.exec((_, in, out, _, _) -> {
            ServerStream stream = ServerStream.accept(in, out, identity());
            Thread.ofVirtual().start(() -> {
                sleep();
                cluster.breakConnections();
            });
            new ServedCommand(new Sleeping(), false).serve(stream);
        });
        assertFails(
                ExitCode.LOST,
                "the session default/hello-x7k2p was lost: the ",
                "its command is hung up. Attach again");
        assertThat(cluster.session().isMissingNode()).isFalse();
    }

    @Test
    void aBrokenConnectionIsMadeAgainAndNoByteIsLost() throws Exception {
        reconnect = Duration.ofSeconds(20);
        ServedCommand served = new ServedCommand(new Echo(7), false);
        AtomicInteger connections = new AtomicInteger();
        CompletableFuture<InputStream> later = new CompletableFuture<>();
        cluster.exec((_, in, out, _, _) -> {
            ServerStream stream = ServerStream.accept(in, out, identity());
            if (connections.incrementAndGet() == 2) {
                later.complete(InputStream.nullInputStream());
            }
            served.serve(stream);
        });
        Thread.ofVirtual().start(() -> {
            while (connections.get() == 0) {
                sleep();
            }
            sleep();
            cluster.breakConnections();
        });
        InputStream input =
                new SequenceInputStream(new ByteArrayInputStream("hi\n".getBytes(UTF_8)), new InputStream() {
                    @Override
                    public int read() throws IOException {
                        return later.join().read();
                    }
                });
        assertThat(attach(input, false)).isEqualTo(7);
        assertThat(out.toString(UTF_8)).isEqualTo("hi\n");
        assertThat(connections).hasValue(2);
        assertThat(messages.toString(UTF_8))
                .contains("connection lost (", "trying again for 20 s, Ctrl-C gives up\nconnected again\n");
        assertThat(cluster.session().at("/spec/attach/reconnectSeconds").asInt())
                .isEqualTo(20);
    }

    @Test
    void aSessionThatIsLeftCanBeComeBackTo() throws Exception {
        ServedCommand served = new ServedCommand(new Echo(7), false);
        cluster.exec((_, in, out, _, _) -> outcomes.add(served.serve(ServerStream.accept(in, out, identity()))));
        detach = true;
        assertThat(attach("", false)).isZero();
        assertThat(out.toString(UTF_8)).isEqualTo("hello-x7k2p\n");
        assertThat(messages.toString(UTF_8))
                .contains("come back to it with: kubectl cntr reattach hello-x7k2p -n default");
        assertThat(outcomes.poll(5, TimeUnit.SECONDS)).isEqualTo(new Outcome.Detached());
        assertThat(Files.getPosixFilePermissions(directory.resolve("keys/session-uid.key")))
                .isEqualTo(PosixFilePermissions.fromString("rw-------"));

        out.reset();
        assertThat(reattach("back\n")).isEqualTo(7);
        assertThat(out.toString(UTF_8)).isEqualTo("back\n");
        assertThat(directory.resolve("keys/session-uid.key")).doesNotExist();
    }

    @Test
    void nobodyComesBackWithoutTheKey() throws Exception {
        agent(new Echo(7));
        attach("hi", false);
        assertThatThrownBy(() -> reattach("")).isInstanceOfSatisfying(CntrException.class, e -> {
            assertThat(e.exitCode()).isEqualTo(ExitCode.FORBIDDEN);
            assertThat(e.getMessage()).contains("only where it was begun, by the same user, with --detach");
        });
    }

    @Test
    void theKeysForThatLeaveTheSession() throws Exception {
        leave = "ctrl-p,ctrl-q";
        ServedCommand served = new ServedCommand(new Echo(7), true);
        cluster.exec((_, in, out, _, _) -> outcomes.add(served.serve(ServerStream.accept(in, out, identity()))));
        assertThat(attach("typed\u0010\u0011not any more", true)).isZero();
        assertThat(outcomes.poll(5, TimeUnit.SECONDS)).isEqualTo(new Outcome.Detached());
        assertThat(terminal.events).containsExactly("raw", "restore");
        assertThat(messages.toString(UTF_8)).contains("the session goes on; come back to it with");
    }

    @Test
    void aSessionThatIsOverMeanwhileStillTellsItsExitCode() throws Exception {
        cluster.exec((_, in, out, _, _) ->
                new ServedCommand(new Sleeping(), false).serve(ServerStream.accept(in, out, identity())));
        detach = true;
        attach("", false);
        cluster.status(placed().change()
                .exitCode(3)
                .completed(Reason.EXITED, "the command ended with exit code 3", NOW)
                .done());
        assertThat(reattach("")).isEqualTo(3);
        assertThat(messages.toString(UTF_8)).contains("the command has ended meanwhile, with exit code 3");
        assertThat(directory.resolve("keys/session-uid.key")).doesNotExist();
    }

    private int reattach(String input) throws Exception {
        ReattachCommand command = new ReattachCommand();
        new CommandLine(command.spec())
                .registerConverter(Duration.class, Durations::parse)
                .parseArgs(
                        "hello-x7k2p",
                        "--kubeconfig",
                        cluster.kubeconfig(directory).toString());
        return command.run(
                new Attach.Streams(
                        new ByteArrayInputStream(input.getBytes(UTF_8)),
                        out,
                        err,
                        new PrintStream(messages, true, UTF_8)),
                () -> null,
                new SessionKeys(directory.resolve("keys")));
    }

    private void agent(DebugProcess process) {
        cluster.exec((_, in, out, _, _) -> {
            ServerStream stream = ServerStream.accept(in, out, identity());
            if (process instanceof Echo echo) {
                echo.size.complete(stream.size());
            }
            outcomes.add(new ServedCommand(process, false).serve(stream));
        });
    }

    private ServerStream.Identity identity() {
        List<String> keys = new ArrayList<>();
        cluster.session().path("spec").path("attach").path("publicKeys").forEach(key -> keys.add(key.asText()));
        return new ServerStream.Identity("session-uid", "pod-uid", keys);
    }

    private int attach(String input, boolean tty) throws Exception {
        return attach(new ByteArrayInputStream(input.getBytes(UTF_8)), tty);
    }

    private int attach(InputStream input, boolean tty) throws Exception {
        AttachRequest request = new AttachRequest(
                new ClusterOptions(cluster.kubeconfig(directory).toString(), null, null, Duration.ofSeconds(5)),
                Target.parse("pod/hello"),
                "app",
                false,
                false,
                List.of("cat"),
                true,
                tty,
                List.of(),
                Profile.TARGET,
                ToolsSpec.ofContainer("sidecar"),
                new Resources(new Resources.Limits(null, "64Mi", null)),
                null,
                null,
                DebugSessionSpec.Recording.NEVER,
                detach,
                DetachKeys.parse(leave),
                reconnect,
                Duration.ofMillis(1500),
                Progress.Detail.ALL);
        return new Attach(
                        request,
                        new Attach.Streams(input, out, err, new PrintStream(messages, true, UTF_8)),
                        () -> terminal,
                        new SessionKeys(directory.resolve("keys")))
                .run();
    }

    private void assertFails(ExitCode code, String... parts) {
        assertThatThrownBy(() -> attach("", false)).isInstanceOfSatisfying(CntrException.class, e -> {
            assertThat(e.exitCode()).isEqualTo(code);
            assertThat(e.getMessage()).contains(parts);
        });
    }

    private static DebugSessionStatus placed() {
        return DebugSessionStatus.EMPTY
                .change()
                .nodeName("node-2")
                .podUID("pod-uid")
                .agentPod("agent-1")
                .relayPod("cntr-relay/relay-1")
                .condition(ConditionType.SCHEDULED, true, Reason.SCHEDULED, "on node-2", NOW)
                .done();
    }

    private static void sleep() {
        try {
            Thread.sleep(300);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Writes its input out, and something on standard error, at the end of its input. */
    private static final class Echo implements DebugProcess {
        final CompletableFuture<WindowSize> size = new CompletableFuture<>();
        private final int code;
        private final CompletableFuture<byte[]> input = new CompletableFuture<>();

        Echo(int code) {
            this.code = code;
        }

        @Override
        public OutputStream stdin() {
            return new ByteArrayOutputStream() {
                @Override
                public void close() {
                    input.complete(toByteArray());
                }
            };
        }

        @Override
        public InputStream stdout() {
            return new Late(input);
        }

        @Override
        public InputStream stderr() {
            return new ByteArrayInputStream("errors".getBytes(UTF_8));
        }

        @Override
        public void resize(WindowSize now) {}

        @Override
        public void signal(int number) {}

        @Override
        public CompletionStage<Integer> exit() {
            return input.thenApply(_ -> code);
        }
    }

    /** Says and does nothing. */
    private static final class Sleeping implements DebugProcess {
        @Override
        public OutputStream stdin() {
            return OutputStream.nullOutputStream();
        }

        @Override
        public InputStream stdout() {
            return new Late(new CompletableFuture<>());
        }

        @Override
        public @Nullable InputStream stderr() {
            return null;
        }

        @Override
        public void resize(WindowSize now) {}

        @Override
        public void signal(int number) {}

        @Override
        public CompletionStage<Integer> exit() {
            return new CompletableFuture<>();
        }
    }

    /** Bytes that come when they are known. */
    private static final class Late extends InputStream {
        private final CompletableFuture<byte[]> bytes;
        private @Nullable InputStream known;

        Late(CompletableFuture<byte[]> bytes) {
            this.bytes = bytes;
        }

        @Override
        public int read() {
            throw new UnsupportedOperationException();
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            InputStream now = known;
            if (now == null) {
                now = new ByteArrayInputStream(bytes.join());
                known = now;
            }
            return now.read(into, offset, length);
        }
    }

    private static final class RecordingTerminal implements Terminal {
        final List<String> events = new ArrayList<>();

        @Override
        public WindowSize size() {
            return new WindowSize(80, 24);
        }

        @Override
        public synchronized void raw() {
            events.add("raw");
        }

        @Override
        public synchronized void restore() {
            if (!events.isEmpty() && events.getLast().equals("raw")) {
                events.add("restore");
            }
        }
    }
}
