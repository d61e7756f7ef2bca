package dev.cntr.kubectl.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cntr.api.ConditionType;
import dev.cntr.api.DebugSessionSpec;
import dev.cntr.api.DebugSessionStatus;
import dev.cntr.api.Reason;
import dev.cntr.api.StatusChange;
import dev.cntr.kubectl.exit.CntrException;
import dev.cntr.kubectl.exit.ExitCode;
import dev.cntr.protocol.Possession;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(20)
class SessionsTest {
    private static final Duration LONG = Duration.ofSeconds(10);
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    private @TempDir Path directory;
    private FakeCluster server;
    private Cluster cluster;
    private Sessions sessions;
    private final List<String> seen = new ArrayList<>();

    @BeforeEach
    void start() throws IOException {
        server = new FakeCluster();
        cluster = server.client(directory);
        sessions = new Sessions(cluster);
    }

    @AfterEach
    void stop() throws IOException {
        cluster.close();
        server.close();
    }

    @Test
    void aSessionIsMadeAsTheSpecSays() {
        String key = Possession.generate().publicKey();
        Session session = sessions.create(spec(key));
        assertThat(session.toString()).isEqualTo("default/hello-x7k2p");
        assertThat(server.session().path("spec").toString())
                .isEqualTo(
                        "{\"target\":{\"pod\":\"hello\",\"container\":\"app\",\"waitForStart\":false,\"hold\":false},\"tools\":{\"source\":\"Agent\"},"
                                + "\"process\":{\"command\":[\"id\",\"-u\"],\"tty\":true,\"env\":[],\"profile\":\"Target\"},"
                                + "\"attach\":{\"publicKeys\":[\"" + key
                                + "\"],\"reconnectSeconds\":60},\"ttl\":\"1h\",\"ttlSecondsAfterFinished\":300,\"recording\":\"Never\",\"requester\":\"jane\",\"approvals\":[]}");
        assertThat(server.session().path("kind").asText()).isEqualTo("DebugSession");
    }

    @Test
    void aReadySessionIsSeenByOneWatch() throws Exception {
        Session created = create();
        server.operator(_ -> {});
        Thread.ofVirtual().start(() -> {
            server.status(scheduled());
            server.status(ready());
        });
        Session session = sessions.awaitReady(created, LONG, this::see);
        assertThat(session.status().relayPod()).isEqualTo("cntr-relay/relay-1");
        assertThat(session.status().podUID()).isEqualTo("pod-uid");
        assertThat(seen.getLast()).isEqualTo("READY");
        assertThat(server.requests()).containsExactly("POST " + FakeCluster.SESSIONS, "GET " + FakeCluster.SESSIONS);
    }

    @Test
    void theWaitForAnApprovalDoesNotCount() throws Exception {
        Session created = create();
        server.status(DebugSessionStatus.EMPTY
                .change()
                .condition(ConditionType.APPROVED, false, Reason.WAITING_FOR_APPROVAL, "by somebody", NOW)
                .condition(ConditionType.READY, false, Reason.WAITING_FOR_APPROVAL, "by somebody", NOW)
                .done());
        Thread.ofVirtual().start(() -> {
            awaitRequests(2);
            LockSupport.parkNanos(Duration.ofMillis(700).toNanos());
            server.status(ready());
        });
        assertThat(sessions.awaitReady(created, Duration.ofMillis(300), this::see)
                        .status()
                        .holds(ConditionType.READY))
                .isTrue();
    }

    @ParameterizedTest
    @EnumSource(names = {"WAITING_FOR_START", "PULLING_IMAGE"})
    void theWaitForAContainersNextStartAndForAnImageDoesNotCount(Reason reason) throws Exception {
        Session created = create();
        server.status(DebugSessionStatus.EMPTY
                .change()
                .condition(ConditionType.READY, false, reason, "of container app", NOW)
                .done());
        Thread.ofVirtual().start(() -> {
            awaitRequests(2);
            LockSupport.parkNanos(Duration.ofMillis(700).toNanos());
            server.status(ready());
        });
        assertThat(sessions.awaitReady(created, Duration.ofMillis(300), this::see)
                        .status()
                        .holds(ConditionType.READY))
                .isTrue();
    }

    @Test
    void aWatchThatEndsIsBegunAgain() throws Exception {
        Session created = create();
        Thread.ofVirtual().start(() -> {
            awaitRequests(2);
            server.endWatches();
            awaitRequests(4);
            server.status(ready());
        });
        assertThat(sessions.awaitReady(created, LONG, this::see).status().holds(ConditionType.READY))
                .isTrue();
    }

    @Test
    void aWatchOfATooOldVersionStartsFromNow() throws Exception {
        Session created = create();
        server.status(ready());
        server.reply("WATCH " + FakeCluster.SESSIONS, 410, "{}");
        assertThat(sessions.awaitReady(created, LONG, this::see).uid()).isEqualTo("session-uid");
    }

    @Test
    void whoMayNotWatchPolls() throws Exception {
        Session created = create();
        server.reply("WATCH " + FakeCluster.SESSIONS, 403, "{}");
        Thread.ofVirtual().start(() -> {
            awaitRequests(4);
            server.status(ready());
        });
        assertThat(sessions.awaitReady(created, LONG, this::see).status().holds(ConditionType.READY))
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "POD_NOT_FOUND, NOT_FOUND, kubectl get pods -n default",
        "CONTAINER_NOT_FOUND, NOT_FOUND, choose one with -c",
        "CONTAINER_NOT_RUNNING, NOT_RUNNING, kubectl get pods -n default",
        "POD_FINISHED, NOT_RUNNING, kubectl get pods -n default",
        "NO_AGENT_ON_NODE, NO_AGENT, kubectl get pods -o wide -n cntr-system",
        "AGENT_NOT_READY, NO_AGENT, kubectl get pods -o wide -n cntr-system",
        "RELAY_NOT_READY, NO_AGENT, kubectl get pods -o wide -n cntr-relay",
        "EXPIRED, EXPIRED, longer --ttl",
        "AGENT_LOST, LOST, attach again",
        "ATTACH_FAILED, INTERNAL, kubectl logs -n cntr-system agent-1",
    })
    void aFailureSaysWhyAndWhatNext(Reason reason, ExitCode code, String step) {
        Session created = create();
        server.status(
                scheduled().change().stalled(reason, "said by the agent", NOW).done());
        assertFails(() -> sessions.awaitReady(created, LONG, this::see), code, "said by the agent; ", step);
    }

    @Test
    void aFailureOfANewerReleaseIsStillAFailure() {
        Session created = create();
        DebugSessionStatus status =
                ready().change().stalled(Reason.EXPIRED, "why", NOW).done();
        server.reply(
                "GET " + FakeCluster.SESSIONS + "/hello-x7k2p",
                200,
                ("{\"metadata\":{\"name\":\"hello-x7k2p\",\"namespace\":\"default\",\"uid\":\"session-uid\"},\"status\":"
                                + cluster.mapper().valueToTree(status) + "}")
                        .replace("\"Expired\"", "\"Unheard\""));
        server.reply("WATCH " + FakeCluster.SESSIONS, 410, "{}");
        assertFails(
                () -> sessions.awaitReady(created, LONG, this::see),
                ExitCode.INTERNAL,
                "why; see: kubectl describe debugsession hello-x7k2p -n default");
    }

    @Test
    void noOperatorIsToldApartFromASlowAgent() {
        Session created = create();
        assertFails(
                () -> sessions.awaitReady(created, Duration.ofMillis(200), this::see),
                ExitCode.NOT_INSTALLED,
                "no operator looked at the session default/hello-x7k2p within 200ms");
        server.status(scheduled());
        assertFails(
                () -> sessions.awaitReady(created, Duration.ofMillis(200), this::see),
                ExitCode.NO_AGENT,
                "not ready within 200ms: waiting for the agent; see: kubectl get pods -o wide -n cntr-system");
    }

    @Test
    void aSessionDeletedMeanwhileIsLost() {
        Session created = create();
        Thread.ofVirtual().start(() -> {
            awaitRequests(2);
            sessions.delete(created.name());
        });
        assertFails(
                () -> sessions.awaitReady(created, LONG, this::see),
                ExitCode.LOST,
                "the session default/hello-x7k2p was deleted meanwhile; attach again");
    }

    @Test
    void deletingIsDoneWhenItIsGone() {
        create();
        assertThat(sessions.delete("hello-x7k2p")).isTrue();
        assertThat(server.session().isMissingNode()).isTrue();
        assertThat(sessions.delete("hello-x7k2p")).isTrue();
    }

    @Test
    void whyASessionCannotBeMade() {
        String post = "POST " + FakeCluster.SESSIONS;
        server.reply(post, 404, "404 page not found\n");
        assertFails(this::create, ExitCode.NOT_INSTALLED, "not installed", "helm install");
        server.refuse(post, 404, "NotFound", "namespaces", "namespaces 'default' not found");
        assertFails(this::create, ExitCode.NOT_FOUND, "there is no namespace default", "kubectl get namespaces");
        server.refuse(post, 403, "Forbidden", "debugsessions", "user jane cannot create");
        assertFails(
                this::create,
                ExitCode.FORBIDDEN,
                "kubectl auth can-i create debugsessions.cntr.dev -n default",
                "user jane cannot create");
        server.refuse(post, 401, "Unauthorized", "", "Unauthorized");
        assertFails(this::create, ExitCode.FORBIDDEN, "does not accept your credentials");
        server.refuse(post, 422, "Invalid", "debugsessions", "spec.ttl: too long");
        assertFails(this::create, ExitCode.USAGE, "spec.ttl: too long");
        server.refuse(post, 500, "InternalError", "", "etcd is down");
        assertFails(this::create, ExitCode.INTERNAL, "etcd is down");
    }

    @Test
    void anApiServerThatIsGoneIsUnreachable() throws IOException {
        server.close();
        assertFails(
                this::create,
                ExitCode.UNREACHABLE,
                "cluster unreachable at " + server.url() + "/: connection refused; check --context and --kubeconfig");
    }

    @Test
    void anApiServerThatSaysNothingIsUnreachable() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            Path kubeconfig = server.kubeconfig(directory);
            Files.writeString(
                    kubeconfig,
                    Files.readString(kubeconfig).replace(server.url(), "http://127.0.0.1:" + silent.getLocalPort()));
            ClusterOptions impatient = new ClusterOptions(kubeconfig.toString(), null, null, Duration.ofMillis(300));
            try (Cluster toSilence = Cluster.connect(impatient)) {
                assertFails(
                        () -> new Sessions(toSilence).create(spec("key")),
                        ExitCode.UNREACHABLE,
                        "no answer in time; check --context and --kubeconfig");
            }
        }
    }

    private Session create() {
        return sessions.create(spec(Possession.generate().publicKey()));
    }

    private static DebugSessionSpec spec(String key) {
        return new DebugSessionSpec(
                new DebugSessionSpec.Target("hello", "app"),
                null,
                new DebugSessionSpec.DebugProcess(List.of("id", "-u"), true, null, null),
                new DebugSessionSpec.Attach(List.of(key)),
                null,
                null,
                null,
                null,
                "jane",
                null);
    }

    private static DebugSessionStatus scheduled() {
        return change().done();
    }

    private static DebugSessionStatus ready() {
        return change().ready("created", NOW).done();
    }

    private static StatusChange change() {
        return DebugSessionStatus.EMPTY
                .change()
                .nodeName("node-2")
                .podUID("pod-uid")
                .agentPod("agent-1")
                .relayPod("cntr-relay/relay-1")
                .condition(ConditionType.SCHEDULED, true, Reason.SCHEDULED, "on node-2", NOW)
                .condition(ConditionType.READY, false, Reason.SCHEDULED, "waiting for the agent", NOW);
    }

    private void see(Session session) {
        seen.add(session.status().holds(ConditionType.READY) ? "READY" : "waiting");
    }

    private void awaitRequests(int count) {
        while (server.requests().size() < count) {
            LockSupport.parkNanos(5_000_000);
        }
    }

    private static void assertFails(ThrowingCallable call, ExitCode code, String... parts) {
        assertThatThrownBy(call).isInstanceOfSatisfying(CntrException.class, e -> {
            assertThat(e.exitCode()).isEqualTo(code);
            assertThat(e.getMessage()).contains(parts);
        });
    }
}
