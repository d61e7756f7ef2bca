package dev.cntr.operator;

import static dev.cntr.operator.Cluster.CREATED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cntr.api.Condition;
import dev.cntr.api.ConditionType;
import dev.cntr.api.DebugSession;
import dev.cntr.api.DebugSessionStatus;
import dev.cntr.api.NodeDebugSession;
import dev.cntr.api.NodeDebugSessionSpec;
import dev.cntr.api.Phase;
import dev.cntr.api.Reason;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class PlacementTest {
    private static final Instant NOW = CREATED.plusSeconds(5);
    private static final Presence READY_AGENT = new Presence.Ready("agent-1");
    private static final Presence READY_RELAY = new Presence.Ready("relay-1");
    private static final Settings SETTINGS = new Settings("cntr-system", "cntr-relay", "me", true, true, false, 0);

    @Test
    void aRunningPodOnAServedNodeIsPlacedByOneWrite() {
        DebugSessionStatus status =
                written(decide(Cluster.session(), Cluster.web(Cluster.RUNNING), Cluster.SERVED, NOW));
        assertThat(status.nodeName()).isEqualTo("n1");
        assertThat(status.podUID()).isEqualTo("pod-uid");
        assertThat(status.containerName()).isEqualTo("app");
        assertThat(status.containerID()).isEqualTo("containerd://abc");
        assertThat(status.agentPod()).isEqualTo("agent-1");
        assertThat(status.relayPod()).isEqualTo("cntr-relay/relay-1");
        assertThat(status.expiresAt()).isEqualTo(CREATED.plus(Duration.ofMinutes(10)));
        assertThat(status.observedGeneration()).isEqualTo(1);
        assertThat(status.phase()).isEqualTo(Phase.SCHEDULED);
        assertThat(status.holds(ConditionType.SCHEDULED)).isTrue();
        assertThat(status.condition(ConditionType.READY))
                .get()
                .extracting(Condition::status)
                .isEqualTo("False");
        assertThat(status.holds(ConditionType.RECONCILING)).isTrue();
    }

    @Test
    void aMissingPodIsAnErrorAtOnce() {
        DebugSessionStatus status = written(decide(Cluster.session(), null, Cluster.SERVED, NOW));
        assertThat(status.phase()).isEqualTo(Phase.FAILED);
        assertThat(status.placed()).isFalse();
        assertThat(status.condition(ConditionType.STALLED))
                .get()
                .extracting(Condition::reason)
                .isEqualTo("PodNotFound");
    }

    private static DebugSession onNode() {
        NodeDebugSession session = new NodeDebugSession();
        session.setMetadata(new ObjectMetaBuilder()
                .withName("n1-x1")
                .withGeneration(1L)
                .withCreationTimestamp(CREATED.toString())
                .build());
        session.setSpec(new NodeDebugSessionSpec("n1", null, null, null, "10m", null, null, null, null, null));
        return session.asSession();
    }

    private static final Node N1 =
            new NodeBuilder().withNewMetadata().withName("n1").endMetadata().build();

    @Test
    void aSessionOnANodeGoesToItsAgentWithoutAPod() {
        Step step = new Placement(Cluster.SERVED, Limits.DEFAULT, SETTINGS).decide(onNode(), N1, NOW);
        DebugSessionStatus status = written(step);
        assertThat(status.nodeName()).isEqualTo("n1");
        assertThat(status.agentPod()).isEqualTo("agent-1");
        assertThat(status.relayPod()).isEqualTo("cntr-relay/relay-1");
        assertThat(status.podUID()).isNull();
        assertThat(status.containerID()).isNull();
        assertThat(status.phase()).isEqualTo(Phase.SCHEDULED);
    }

    @Test
    void withoutTheNodeOrWhereTheyAreTurnedOffThereIsNone() {
        Placement on = new Placement(Cluster.SERVED, Limits.DEFAULT, SETTINGS);
        Settings closed = new Settings("cntr-system", "cntr-relay", "me", true, false, false, 0);
        Placement off = new Placement(Cluster.SERVED, Limits.DEFAULT, closed);
        assertThat(written(on.decide(onNode(), (Node) null, NOW)).condition(ConditionType.STALLED))
                .get()
                .extracting(Condition::reason)
                .isEqualTo("NodeNotFound");
        assertThat(written(off.decide(onNode(), N1, NOW)).condition(ConditionType.STALLED))
                .get()
                .extracting(Condition::reason)
                .isEqualTo("NodeSessionsDisabled");
    }

    static Stream<Arguments> unserved() {
        Presence absent = new Presence.Absent();
        return Stream.of(
                Arguments.of(absent, READY_RELAY, Reason.NO_AGENT_ON_NODE, "node n1 has no cntr agent"),
                Arguments.of(
                        new Presence.Unready("agent-1", CREATED),
                        READY_RELAY,
                        Reason.AGENT_NOT_READY,
                        "agent agent-1 on node n1"),
                Arguments.of(READY_AGENT, absent, Reason.RELAY_NOT_READY, "node n1 has no ready cntr relay"),
                Arguments.of(READY_AGENT, new Presence.Unready("relay-1", CREATED), Reason.RELAY_NOT_READY, "node n1"));
    }

    @ParameterizedTest
    @MethodSource
    void unserved(Presence agent, Presence relay, Reason reason, String message) {
        NodeServices services = Cluster.services(agent, relay);
        Pod pod = Cluster.web(Cluster.RUNNING);
        DebugSession session = Cluster.session();

        Step first = decide(session, pod, services, NOW);
        assertThat(first).isInstanceOfSatisfying(Step.WriteAndWait.class, step -> {
            assertThat(step.status().placed()).isFalse();
            assertThat(step.status().finished()).isFalse();
            Condition scheduled =
                    step.status().condition(ConditionType.SCHEDULED).orElseThrow();
            assertThat(scheduled.status()).isEqualTo("False");
            assertThat(scheduled.reason()).isEqualTo(reason.text());
            assertThat(scheduled.message()).contains(message);
            assertThat(step.duration()).isEqualTo(Duration.ofSeconds(30));
            session.setStatus(step.status());
        });

        assertThat(decide(session, pod, services, NOW.plusSeconds(10)))
                .isEqualTo(new Step.Wait(Duration.ofSeconds(20)));

        DebugSessionStatus given = written(decide(session, pod, services, NOW.plusSeconds(30)));
        assertThat(given.condition(ConditionType.STALLED)).get().satisfies(stalled -> {
            assertThat(stalled.reason()).isEqualTo(reason.text());
            assertThat(stalled.message()).contains(message).endsWith("waited 30 s");
        });
    }

    @Test
    void aWaitThatChangesItsReasonIsToldButNotProlonged() {
        DebugSession session = Cluster.session();
        Pod pod = Cluster.web(Cluster.RUNNING);
        Step.WriteAndWait first = (Step.WriteAndWait) decide(session, Cluster.web(null), Cluster.SERVED, NOW);
        assertThat(first.duration()).isEqualTo(Limits.DEFAULT.recheck());
        session.setStatus(first.status());
        NodeServices none = Cluster.services(new Presence.Absent(), READY_RELAY);
        Step.WriteAndWait second = (Step.WriteAndWait) decide(session, pod, none, NOW.plusSeconds(29));
        assertThat(second.duration()).isEqualTo(Duration.ofSeconds(1));
        session.setStatus(second.status());
        assertThat(written(decide(session, pod, Cluster.SERVED, NOW.plusSeconds(29)))
                        .placed())
                .isTrue();
    }

    static Stream<Arguments> notPrepared() {
        Pod replaced = Cluster.web(Cluster.RUNNING)
                .edit()
                .editMetadata()
                .withUid("other")
                .endMetadata()
                .build();
        return Stream.of(
                Arguments.of(Cluster.web(Cluster.RUNNING), Reason.AGENT_NOT_READY),
                Arguments.of(replaced, Reason.POD_REPLACED),
                Arguments.of(null, Reason.TARGET_GONE));
    }

    @ParameterizedTest
    @MethodSource
    void notPrepared(@Nullable Pod pod, Reason reason) {
        DebugSession session = Cluster.session();
        session.setStatus(written(decide(session, Cluster.web(Cluster.RUNNING), Cluster.SERVED, NOW)));
        Step step = placement(Cluster.SERVED).giveUpPreparation(session, pod, NOW.plusSeconds(30));
        assertThat(written(step).condition(ConditionType.STALLED))
                .get()
                .extracting(Condition::reason)
                .isEqualTo(reason.text());
        assertThat(written(step).holds(ConditionType.SCHEDULED))
                .as("it was scheduled, and stays so")
                .isTrue();
    }

    private static Step decide(DebugSession session, @Nullable Pod pod, NodeServices services, Instant now) {
        return placement(services).decide(session, pod, now);
    }

    private static Placement placement(NodeServices services) {
        return new Placement(services, Limits.DEFAULT, SETTINGS);
    }

    private static DebugSessionStatus written(Step step) {
        return ((Step.Write) step).status();
    }
}
