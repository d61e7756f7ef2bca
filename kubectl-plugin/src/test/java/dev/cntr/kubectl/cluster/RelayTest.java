package dev.cntr.kubectl.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cntr.api.DebugSessionStatus;
import dev.cntr.kubectl.exit.CntrException;
import dev.cntr.kubectl.exit.ExitCode;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class RelayTest {
    private static final String EXEC = "GET /api/v1/namespaces/cntr-relay/pods/relay-1/exec";

    private @TempDir Path directory;
    private FakeCluster server;
    private Cluster cluster;

    @BeforeEach
    void start() throws IOException {
        server = new FakeCluster();
        cluster = server.client(directory);
    }

    @AfterEach
    void stop() throws IOException {
        cluster.close();
        server.close();
    }

    @Test
    void tenMegabytesPassBothWaysUnchanged() throws Exception {
        CompletableFuture<List<String>> command = new CompletableFuture<>();
        server.exec((line, in, out, _, _) -> {
            command.complete(line);
            in.transferTo(out);
        });
        byte[] sent = new byte[10_000_000];
        new Random(1).nextBytes(sent);
        try (Relay relay = open()) {
            Thread.ofPlatform().start(() -> {
                try (OutputStream to = relay.out()) {
                    for (int at = 0; at < sent.length; at += 65_000) {
                        to.write(sent, at, Math.min(65_000, sent.length - at));
                    }
                    to.flush();
                    Thread.sleep(20_000);
                } catch (IOException | InterruptedException _) {
                    // the relay was closed
                }
            });
            assertThat(relay.in().readNBytes(sent.length)).isEqualTo(sent);
        }
        assertThat(command.get(1, TimeUnit.SECONDS))
                .containsExactly("/relay", "attach", "default", "hello-x7k2p", "jane");
    }

    @Test
    void whoIsNotToldItsNameSaysSo() throws Exception {
        server.refuse("POST " + FakeCluster.SELF, 403, "Forbidden", "selfsubjectreviews", "no");
        server.exec((line, _, out, _, _) -> out.write(line.getLast().getBytes(UTF_8)));
        try (Relay relay = open()) {
            assertThat(relay.in().readAllBytes()).asString(UTF_8).isEqualTo("-");
        }
    }

    /** Under another name than its own it would be refused at the relay, as one who lacks a right. */
    @ParameterizedTest
    @ValueSource(ints = {429, 500, 503})
    void whoCannotBeToldItsNameGoesNoFurther(int status) {
        server.reply("POST " + FakeCluster.SELF, status, "{\"message\":\"too busy\"}");
        assertThatThrownBy(this::open).isInstanceOfSatisfying(CntrException.class, e -> {
            assertThat(e.exitCode()).isEqualTo(ExitCode.INTERNAL);
            assertThat(e.getMessage()).contains("could not say who you are").contains("too busy");
        });
        assertThat(server.requests()).doesNotContain(EXEC);
    }

    @Test
    void aRefusedExecTellsWhatTheClusterSays() {
        server.refuse(EXEC, 403, "Forbidden", "pods", "you attach as jane, and not as -");
        assertThatThrownBy(this::open)
                .isInstanceOf(CntrException.class)
                .hasMessageContaining("(the cluster says: you attach as jane, and not as -)");
    }

    /** The second answer, to the older subprotocol, would be about something else. */
    @Test
    void anExecThatFailsIsNotTriedInTheOlderSubprotocol() {
        server.reply(EXEC, 404, "{}");
        assertThatThrownBy(this::open).isInstanceOf(CntrException.class);
        assertThat(server.requests()).containsOnlyOnce(EXEC);
    }

    @Test
    void whoReadsSlowlyStopsTheServer() throws Exception {
        AtomicLong sent = new AtomicLong();
        server.exec((_, _, out, _, _) -> {
            byte[] chunk = new byte[32 * 1024];
            while (true) {
                out.write(chunk);
                sent.addAndGet(chunk.length);
            }
        });
        try (Relay relay = open()) {
            long before = -1;
            while (before != sent.get() || before == 0) {
                before = sent.get();
                Thread.sleep(500);
            }
            // Our own buffer, the JDK's, and the sockets of loopback.
            assertThat(before).isLessThan(16_000_000);
            assertThat(relay.in().readNBytes(20_000_000)).hasSize(20_000_000);
        }
    }

    @Test
    void anOldServerIsSpokenToInItsSubprotocol() throws Exception {
        server.subprotocol("v4.channel.k8s.io");
        server.exec((_, _, out, _, _) -> out.write("old".getBytes(UTF_8)));
        try (Relay relay = open()) {
            assertThat(relay.in().readAllBytes()).asString(UTF_8).isEqualTo("old");
        }
    }

    @Test
    void whatTheRelayOrTheKubeletComplainsAboutIsKept() throws Exception {
        server.exec((_, _, _, err, status) -> {
            status.write("{\"status\":\"Failure\",\"message\":\"container relay is not running\"}".getBytes(UTF_8));
            err.write("".getBytes(UTF_8));
        });
        try (Relay relay = open()) {
            assertThat(relay.in().readAllBytes()).isEmpty();
            assertThat(relay.complaint()).isEqualTo("container relay is not running");
        }
        server.exec((_, _, _, err, _) -> err.write("relay: connect: no such file\n".getBytes(UTF_8)));
        try (Relay relay = open()) {
            assertThat(relay.in().readAllBytes()).isEmpty();
            assertThat(relay.complaint()).isEqualTo("relay: connect: no such file");
        }
        server.exec((_, _, _, _, status) -> status.write("{\"status\":\"Success\"}".getBytes(UTF_8)));
        try (Relay relay = open()) {
            assertThat(relay.in().readAllBytes()).isEmpty();
            assertThat(relay.complaint()).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "403, FORBIDDEN, kubectl auth can-i get pods/exec -n cntr-relay",
        "404, NO_AGENT, the relay cntr-relay/relay-1 is gone",
        "500, LOST, the relay cntr-relay/relay-1 does not answer: HTTP 500",
    })
    void aRefusedExecSaysWhatToDo(int status, ExitCode code, String message) {
        server.reply(EXEC, status, "{}");
        assertThatThrownBy(this::open).isInstanceOfSatisfying(CntrException.class, e -> {
            assertThat(e.exitCode()).isEqualTo(code);
            assertThat(e.getMessage()).contains(message);
        });
    }

    private Relay open() {
        return Relay.open(
                cluster,
                new Session(
                        "default",
                        "hello-x7k2p",
                        "session-uid",
                        "1",
                        Duration.ZERO,
                        DebugSessionStatus.EMPTY
                                .change()
                                .relayPod("cntr-relay/relay-1")
                                .done()),
                cluster.userName());
    }
}
