package dev.cntr.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cntr.api.ConditionType;
import dev.cntr.api.DebugPolicy;
import dev.cntr.api.DebugPolicySpec;
import dev.cntr.api.DebugSession;
import dev.cntr.api.DebugSessionSpec;
import dev.cntr.api.DebugSessionStatus;
import dev.cntr.api.Names;
import dev.cntr.api.NodeDebugSession;
import dev.cntr.api.NodeDebugSessionSpec;
import dev.cntr.api.Phase;
import dev.cntr.api.Reason;
import dev.cntr.api.SelectedPods;
import dev.cntr.api.Selector;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.javaoperatorsdk.operator.Operator;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The whole operator against an API server in memory. */
@EnableKubernetesMockClient(crud = true)
@SuppressWarnings("NullAway.Init") // the extension sets the fields
class OperatorTest {
    private static final Settings SETTINGS =
            new Settings("cntr-system", "cntr-relay", "operator-1", true, true, false, 0);
    private static final Limits SHORT = new Limits(
            Duration.ofSeconds(3),
            Duration.ofSeconds(30),
            Duration.ofSeconds(60),
            Duration.ofSeconds(30),
            Duration.ofSeconds(2),
            Duration.ofSeconds(10),
            Duration.ofMillis(100));

    KubernetesMockServer server;
    KubernetesClient client;
    private final OperatorMetrics metrics = new OperatorMetrics();
    private Operator operator;

    static {
        Logger.getLogger("io.fabric8.mockwebserver").setLevel(Level.WARNING);
    }

    @BeforeEach
    void start() {
        operator = Main.operator(client, SETTINGS, SHORT, Optional.empty(), metrics, Clock.systemUTC());
        operator.start();
    }

    @AfterEach
    void stop() {
        operator.stop();
    }

    @Test
    void aSessionIsPlacedByOneReadAndOneWrite() throws InterruptedException {
        client.resource(Cluster.ownPod(Names.AGENT, "agent-1", true)).create();
        client.resource(Cluster.ownPod(Names.RELAY, "relay-1", true)).create();
        client.resource(Cluster.web(Cluster.RUNNING)).create();
        TimeUnit.MILLISECONDS.sleep(300);
        requests();

        DebugSession created = create(Cluster.session());
        DebugSessionStatus status = await(created, DebugSessionStatus::placed);
        assertThat(status.agentPod()).isEqualTo("agent-1");
        assertThat(status.relayPod()).isEqualTo("cntr-relay/relay-1");
        assertThat(status.containerID()).isEqualTo("containerd://abc");

        assertThat(requests())
                .filteredOn(line -> !line.startsWith("GET /apis/cntr.dev") || line.contains("web-x1"))
                .filteredOn(line -> !line.endsWith("/events")) // told at leisure, beside the session's way
                .containsExactly(
                        "POST /apis/cntr.dev/v1alpha1/namespaces/shop/debugsessions",
                        "GET /api/v1/namespaces/shop/pods/web",
                        "PATCH /apis/cntr.dev/v1alpha1/namespaces/shop/debugsessions/web-x1/status");
    }

    @Test
    void aSessionOnANodeIsPlacedAndEndedByAPolicyForNodes() {
        client.resource(Cluster.ownPod(Names.AGENT, "agent-1", true)).create();
        client.resource(Cluster.ownPod(Names.RELAY, "relay-1", true)).create();
        client.resource(new NodeBuilder()
                        .withNewMetadata()
                        .withName("n1")
                        .addToLabels("tier", "production")
                        .endMetadata()
                        .build())
                .create();
        NodeDebugSession session = new NodeDebugSession();
        session.setMetadata(new ObjectMetaBuilder().withName("n1-x1").build());
        session.setSpec(new NodeDebugSessionSpec("n1", null, null, null, "10m", null, null, null, null, null));
        client.resource(session).create();
        assertThat(awaitNode(DebugSessionStatus::placed).agentPod()).isEqualTo("agent-1");

        DebugPolicy nodes = Cluster.policy("nodes", "1m");
        nodes.setSpec(new DebugPolicySpec(
                null, new Selector(Map.of("tier", "production"), null), true, null, null, null, null, null, null));
        client.resource(nodes).create();
        assertThat(awaitNode(DebugSessionStatus::finished)
                        .condition(ConditionType.STALLED)
                        .orElseThrow()
                        .message())
                .isEqualTo("DebugPolicy nodes allows no sessions on node n1");
    }

    private DebugSessionStatus awaitNode(Predicate<DebugSessionStatus> wanted) {
        return Awaitility.await()
                .until(
                        () -> client.resources(NodeDebugSession.class)
                                .withName("n1-x1")
                                .get()
                                .getStatus(),
                        wanted::test);
    }

    @Test
    void anAgentThatComesLateWakesTheSession() {
        client.resource(Cluster.ownPod(Names.RELAY, "relay-1", true)).create();
        client.resource(Cluster.web(Cluster.RUNNING)).create();
        DebugSession created = create(Cluster.session());
        DebugSessionStatus waiting = await(
                created, status -> status.condition(ConditionType.SCHEDULED).isPresent());
        assertThat(waiting.condition(ConditionType.SCHEDULED).orElseThrow().reason())
                .isEqualTo(Reason.NO_AGENT_ON_NODE.text());

        client.resource(Cluster.ownPod(Names.AGENT, "agent-1", true)).create();
        assertThat(await(created, DebugSessionStatus::placed).phase()).isEqualTo(Phase.SCHEDULED);
    }

    @Test
    void aSessionWithoutAPodFailsAtOnce() {
        DebugSessionStatus status = await(create(Cluster.session()), DebugSessionStatus::finished);
        assertThat(status.condition(ConditionType.STALLED).orElseThrow().reason())
                .isEqualTo(Reason.POD_NOT_FOUND.text());
    }

    @Test
    void aPolicyThatComesLaterEndsTheSessionsThatItDoesNotAllow() {
        client.resource(Cluster.ownPod(Names.AGENT, "agent-1", true)).create();
        client.resource(Cluster.ownPod(Names.RELAY, "relay-1", true)).create();
        client.resource(Cluster.web(Cluster.RUNNING)).create();
        client.resource(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName("shop")
                        .addToLabels("tier", "production")
                        .endMetadata()
                        .build())
                .create();
        DebugSession created = create(Cluster.session());
        await(created, DebugSessionStatus::placed);

        DebugPolicy elsewhere = Cluster.policy("elsewhere", "1m");
        elsewhere.setSpec(new DebugPolicySpec(new Selector(Map.of("tier", "test"), null), "1m", null, null));
        client.resource(elsewhere).create();
        DebugPolicy here = Cluster.policy("here", "1m");
        here.setSpec(new DebugPolicySpec(new Selector(Map.of("tier", "production"), null), "5m", null, null));
        client.resource(here).create();
        DebugSessionStatus denied = await(created, DebugSessionStatus::finished);
        assertThat(denied.condition(ConditionType.STALLED)).hasValueSatisfying(condition -> {
            assertThat(condition.reason()).isEqualTo(Reason.POLICY_DENIED.text());
            assertThat(condition.message())
                    .isEqualTo(
                            "DebugPolicy here allows sessions of 5m at most in namespace shop, and this one has spec.ttl 10m");
        });
    }

    /** What agents write is written here. */
    @Test
    void aSelectorGetsASessionForEachPodAndTheirResults() {
        client.resource(Cluster.ownPod(Names.AGENT, "agent-1", true)).create();
        client.resource(Cluster.ownPod(Names.RELAY, "relay-1", true)).create();
        for (String name : List.of("web-1", "web-2", "other")) {
            client.resource(Cluster.web(Cluster.RUNNING)
                            .edit()
                            .editMetadata()
                            .withName(name)
                            .withUid(name + "-uid")
                            .addToLabels("app", name.startsWith("web") ? "web" : "db")
                            .endMetadata()
                            .build())
                    .create();
        }
        DebugSession created = create(FanOutTest.parent(10));
        Awaitility.await()
                .until(() -> children().size() == 2
                        && children().stream()
                                .allMatch(child -> child.getStatus().placed()));
        assertThat(children())
                .extracting(child -> child.getSpec().target().pod())
                .containsExactlyInAnyOrder("web-1", "web-2");
        for (DebugSession child : children()) {
            child.setStatus(child.getStatus()
                    .change()
                    .exitCode(0)
                    .completed(Reason.EXITED, "", Instant.now())
                    .done());
            client.resource(child).updateStatus();
        }
        DebugSessionStatus done = await(created, DebugSessionStatus::finished);
        assertThat(done.phase()).isEqualTo(Phase.COMPLETED);
        assertThat(done.exitCode()).isZero();
        // not the counts: where a list is patched this API server adds to it
        assertThat(Objects.requireNonNull(done.pods()).results())
                .filteredOn(result -> result.exitCode() != null)
                .extracting(SelectedPods.Result::pod)
                .containsOnly("web-1", "web-2");
    }

    private List<DebugSession> children() {
        return client.resources(DebugSession.class)
                .inNamespace("shop")
                .withLabel(Names.PARENT_LABEL)
                .list()
                .getItems();
    }

    @Test
    void theEndOfAnAgentEndsItsSessionAndFreesTheObject() {
        client.resource(Cluster.ownPod(Names.AGENT, "agent-1", true)).create();
        client.resource(Cluster.ownPod(Names.RELAY, "relay-1", true)).create();
        client.resource(Cluster.web(Cluster.RUNNING)).create();
        DebugSession created = create(Cluster.session());
        DebugSessionStatus placed = await(created, DebugSessionStatus::placed);
        DebugSession session = get(created);
        session.setStatus(placed.change()
                .ready("prepared", Instant.now())
                .startedAt(Instant.now())
                .done());
        client.resource(session).updateStatus();
        Awaitility.await().until(() -> get(created).hasFinalizer(Names.FINALIZER));

        client.pods().inNamespace("cntr-system").withName("agent-1").delete();
        DebugSessionStatus lost = await(created, DebugSessionStatus::finished);
        assertThat(lost.condition(ConditionType.STALLED).orElseThrow().reason()).isEqualTo(Reason.AGENT_LOST.text());
        Awaitility.await().until(() -> !get(created).hasFinalizer(Names.FINALIZER));

        client.resource(created).delete();
        Awaitility.await().until(() -> client.resource(created).get() == null);
    }

    @Test
    void aFinishedSessionWithoutRetentionIsTakenAway() {
        DebugSession session = Cluster.session();
        session.getMetadata().setCreationTimestamp("2026-01-01T00:00:00Z");
        var old = session.getSpec();
        session.setSpec(new DebugSessionSpec(old.target(), null, null, old.attach(), "1s", 0));
        DebugSession created = client.resource(session).create();
        Awaitility.await().until(() -> client.resource(created).get() == null);
    }

    private DebugSession create(DebugSession session) {
        session.getMetadata().setCreationTimestamp(Instant.now().toString());
        return client.resource(session).create();
    }

    private DebugSession get(DebugSession session) {
        return client.resource(session).get();
    }

    private DebugSessionStatus await(DebugSession session, Predicate<DebugSessionStatus> wanted) {
        return Awaitility.await()
                .atMost(10, TimeUnit.SECONDS)
                .pollInterval(20, TimeUnit.MILLISECONDS)
                .until(() -> listed(session).getStatus(), wanted);
    }

    /** Read by a list, which no request of the operator's looks like. */
    private DebugSession listed(DebugSession session) {
        return client
                .resources(DebugSession.class)
                .inNamespace(session.getMetadata().getNamespace())
                .list()
                .getItems()
                .stream()
                .filter(one ->
                        one.getMetadata().getName().equals(session.getMetadata().getName()))
                .findFirst()
                .orElseThrow();
    }

    /** The requests since the last call. */
    private List<String> requests() throws InterruptedException {
        List<String> lines = new ArrayList<>();
        for (var request = server.takeRequest(0, TimeUnit.SECONDS);
                request != null;
                request = server.takeRequest(0, TimeUnit.SECONDS)) {
            lines.add(request.getMethod() + " " + request.getPath());
        }
        return lines;
    }
}
