package dev.cntr.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.cntr.api.ConditionType;
import dev.cntr.api.DebugSession;
import dev.cntr.api.DebugSessionSpec;
import dev.cntr.api.DebugSessionSpec.Attach;
import dev.cntr.api.DebugSessionSpec.Target;
import dev.cntr.api.DebugSessionStatus;
import dev.cntr.api.Reason;
import dev.cntr.api.SessionEvents;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of sessions, seen in their status; containers themselves are for the tests on real parts. */
@EnableKubernetesMockClient(crud = true)
class SessionsTest {
    private static final Instant NOW = Instant.parse("2026-05-04T03:00:00Z");

    @SuppressWarnings("NullAway.Init") // set by the extension
    private KubernetesClient client;

    private SessionEvents events;
    private Sessions sessions;
    private final Set<String> elsewhere = ConcurrentHashMap.newKeySet();
    private final AtomicInteger prepared = new AtomicInteger();
    private final List<String> released = new CopyOnWriteArrayList<>();
    private final CountDownLatch hold = new CountDownLatch(1);

    @BeforeEach
    void sessions() {
        events = new SessionEvents(client, "cntr-agent", "n1", Clock.systemUTC());
        sessions = new Sessions(
                new Failing(),
                new StatusWriter(client, events),
                SessionRecording.Policy.NONE,
                new Metrics(),
                elsewhere::contains,
                Clock.systemUTC());
    }

    @AfterEach
    void close() {
        hold.countDown();
        sessions.close();
        events.close();
    }

    /** A preparation that waits to be let go and then fails. */
    private final class Failing implements Preparation {
        @Override
        public FoundTarget find(DebugSession session, DebugSessionStatus placed) {
            prepared.incrementAndGet();
            try {
                hold.await();
            } catch (InterruptedException e) {
                throw new AgentException("interrupted", e);
            }
            throw new AgentException("container app is not running", new IllegalStateException("no such container"));
        }

        @Override
        public Optional<FoundTarget> awaitStart(
                DebugSession session, DebugSessionStatus placed, Runnable begun, BooleanSupplier over) {
            begun.run();
            await().until(over::getAsBoolean);
            return Optional.empty();
        }

        @Override
        public void release(DebugSession session) {
            released.add(session.getMetadata().getName());
        }

        @Override
        public Prepared create(FoundTarget target, DebugSession session, Runnable pulls) {
            throw new AssertionError("nothing was found");
        }
    }

    private DebugSession placed(boolean started) {
        return placed(started, new Target("web", "app"));
    }

    private DebugSession placed(boolean started, Target target) {
        DebugSession session = new DebugSession();
        session.setMetadata(
                new ObjectMetaBuilder().withNamespace("shop").withName("web-1").build());
        session.setSpec(new DebugSessionSpec(target, null, null, new Attach(List.of("ed25519:key")), "1h", 300));
        DebugSession created = client.resource(session).create();
        var change = DebugSessionStatus.EMPTY
                .change()
                .nodeName("n1")
                .podUID("pod-uid")
                .expiresAt(Instant.now().plusSeconds(3600));
        created.setStatus((started ? change.startedAt(NOW) : change).done());
        return client.resource(created).updateStatus();
    }

    private DebugSessionStatus status() {
        return Objects.requireNonNull(client.resources(DebugSession.class)
                        .inNamespace("shop")
                        .withName("web-1")
                        .get())
                .getStatus();
    }

    private void awaitEnd(ConditionType type, Reason reason) {
        await().untilAsserted(() -> assertThat(status().condition(type))
                .hasValueSatisfying(c -> assertThat(c.reason()).isEqualTo(reason.text())));
    }

    @Test
    void aFailedPreparationStallsTheSessionAndTellsTheCauses() {
        sessions.reconcile(placed(false));
        hold.countDown();
        awaitEnd(ConditionType.STALLED, Reason.ATTACH_FAILED);
        assertThat(status().condition(ConditionType.STALLED).orElseThrow().message())
                .isEqualTo("container app is not running: no such container");
        await().until(() -> sessions.count() == 0);
        await().untilAsserted(() -> assertThat(
                        client.v1().events().inNamespace("shop").list().getItems())
                .extracting(event -> event.getInvolvedObject().getKind() + "/"
                        + event.getInvolvedObject().getName() + " " + event.getType() + " " + event.getReason()
                        + " " + event.getMessage())
                .containsExactlyInAnyOrder(
                        "DebugSession/web-1 Warning Failed AttachFailed: container app is not running: no such container",
                        "Pod/web Warning Failed debug session web-1: AttachFailed: container app is not running: no such"
                                + " container"));
    }

    @Test
    void aSessionIsMadeOnceHoweverOftenItIsSeen() {
        DebugSession session = placed(false);
        for (int i = 0; i < 5; i++) {
            sessions.reconcile(session);
        }
        await().until(() -> prepared.get() == 1);
        assertThat(sessions.find("shop", "web-1")).isPresent();
        assertThat(sessions.count()).isEqualTo(1);
    }

    @Test
    void aSessionThatIsNotPlacedOrIsOverIsNotMade() {
        DebugSession over = placed(false);
        over.setStatus(
                over.getStatus().change().completed(Reason.EXPIRED, "", NOW).done());
        sessions.reconcile(over);
        DebugSession unplaced = placedCopyWithout(over);
        sessions.reconcile(unplaced);
        assertThat(sessions.count()).isZero();
        assertThat(prepared).hasValue(0);
    }

    private static DebugSession placedCopyWithout(DebugSession session) {
        DebugSession copy = new DebugSession();
        copy.setMetadata(session.getMetadata());
        copy.setSpec(session.getSpec());
        copy.setStatus(DebugSessionStatus.EMPTY);
        return copy;
    }

    @Test
    void aSessionOfAnEarlierAgentIsLost() {
        sessions.reconcile(placed(true));
        awaitEnd(ConditionType.STALLED, Reason.AGENT_LOST);
        assertThat(prepared).hasValue(0);
    }

    @Test
    void aSessionThatWaitsForAStartSaysSoAndEndsLikeAnyOther() {
        DebugSession session = placed(false, new Target("web", "app", true, true));
        sessions.reconcile(session);
        awaitEnd(ConditionType.READY, Reason.WAITING_FOR_START);
        assertThat(status().finished()).isFalse();
        sessions.forget(session);
        awaitEnd(ConditionType.COMPLETED, Reason.DELETED);
        await().until(() -> sessions.count() == 0);
        assertThat(released).isEmpty();
    }

    @Test
    void aContainerThatAnEarlierAgentHasStoppedGoesOn() {
        DebugSession session = placed(true, new Target("web", "app", true, true));
        sessions.reconcile(session);
        awaitEnd(ConditionType.STALLED, Reason.AGENT_LOST);
        await().until(() -> released.size() == 1);
        session.setStatus(status());
        sessions.reconcile(session);
        assertThat(released).as("once").hasSize(1);
    }

    @Test
    void soDoesOneWhoseSessionTheOperatorHasFoundLost() {
        DebugSession session = placed(true, new Target("web", "app", true, true));
        session.setStatus(
                session.getStatus().change().stalled(Reason.AGENT_LOST, "", NOW).done());
        sessions.reconcile(session);
        await().until(() -> released.size() == 1);
        DebugSession other = placedCopyWithout(session);
        other.setStatus(session.getStatus().change().done());
        sessions.reconcile(other);
        assertThat(released).as("once").hasSize(1);
    }

    @Test
    void aDeletedSessionEndsThoughItIsStillBeingMade() {
        DebugSession session = placed(false);
        sessions.reconcile(session);
        sessions.forget(session);
        awaitEnd(ConditionType.COMPLETED, Reason.DELETED);
        await().until(() -> sessions.count() == 0);
    }

    @Test
    void aSessionEndsAtItsTime() {
        DebugSession session = placed(false);
        session.setStatus(session.getStatus().change().expiresAt(NOW).done());
        sessions.reconcile(session);
        awaitEnd(ConditionType.COMPLETED, Reason.EXPIRED);
    }

    @Test
    void aSessionThatMustBeRecordedIsNotMadeWhereNothingIs() {
        DebugSession session = placed(false);
        DebugSessionSpec spec = session.getSpec();
        session.setSpec(new DebugSessionSpec(
                spec.target(),
                null,
                null,
                spec.attach(),
                "1h",
                300,
                null,
                DebugSessionSpec.Recording.REQUIRED,
                null,
                null));
        sessions.reconcile(session);
        awaitEnd(ConditionType.STALLED, Reason.RECORDING_FAILED);
        assertThat(prepared).hasValue(0);
    }

    @Test
    void anIdleSessionEnds() {
        DebugSession session = placed(false);
        DebugSessionSpec spec = session.getSpec();
        session.setSpec(
                new DebugSessionSpec(spec.target(), null, null, spec.attach(), "1h", 300, "1s", null, null, null));
        sessions.reconcile(session);
        awaitEnd(ConditionType.COMPLETED, Reason.IDLE_TIMEOUT);
    }

    @Test
    void aStatusThatWasChangedMeanwhileIsReadAgain() {
        DebugSession stale = placed(false);
        DebugSession newer = client.resource(stale).get();
        newer.setStatus(newer.getStatus().change().agentPod("agent-1").done());
        client.resource(newer).updateStatus();
        sessions.reconcile(stale);
        hold.countDown();
        awaitEnd(ConditionType.STALLED, Reason.ATTACH_FAILED);
        assertThat(status().agentPod()).isEqualTo("agent-1");
    }

    @Test
    void aSessionThatAnotherAgentOfTheNodeKeepsIsLeftAlone() {
        DebugSession kept = placed(true);
        elsewhere.add(kept.getMetadata().getUid());
        sessions.reconcile(kept);
        assertThat(sessions.count()).isZero();
        assertThat(status().finished()).isFalse();
        elsewhere.clear();
        sessions.reconcile(kept);
        awaitEnd(ConditionType.STALLED, Reason.AGENT_LOST);
    }

    @Test
    void whoRetiresLeavesWhatHasNoContainerYetToTheNext() {
        DebugSession session = placed(false);
        sessions.reconcile(session);
        await().until(() -> prepared.get() == 1);
        assertThat(sessions.held()).hasSize(1);
        sessions.retire();
        assertThat(sessions.held()).isEmpty();
        hold.countDown();
        sessions.reconcile(session);
        assertThat(sessions.count()).isZero();
        assertThat(status().finished()).isFalse();
    }
}
