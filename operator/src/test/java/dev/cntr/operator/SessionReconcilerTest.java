package dev.cntr.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.cntr.api.DebugSession;
import dev.cntr.api.DebugSessionStatus;
import dev.cntr.api.Names;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.StatusBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SessionReconcilerTest {
    private static final Settings SETTINGS = new Settings("cntr-system", "cntr-relay", "me", true, true, false, 0);

    @Test
    void aPlacedSessionIsLookedAtAgainWhenItsAgentShouldBeDone() {
        Recorded sessions = new Recorded(0);
        var control = reconciler(sessions).reconcile(Cluster.session());
        assertThat(sessions.calls).containsExactly("get web", "write SCHEDULED");
        assertThat(control.getScheduleDelay()).contains(30_001L);
    }

    @Test
    void aSessionThatLivesForADayIsLookedAtInBetween() {
        DebugSession session = Cluster.session();
        session.setSpec(Cluster.spec("24h"));
        session.addFinalizer(Names.FINALIZER);
        session.setStatus(DebugSessionStatus.EMPTY
                .change()
                .observedGeneration(1L)
                .nodeName("n1")
                .agentPod("agent-1")
                .startedAt(Cluster.CREATED)
                .done());
        Recorded sessions = new Recorded(0);
        var control = reconciler(sessions).reconcile(session);
        assertThat(sessions.calls).isEmpty();
        assertThat(control.getScheduleDelay()).contains(600_001L);
    }

    @Test
    void aLostRaceIsLeftToTheNextEvent() {
        var control = reconciler(new Recorded(409)).reconcile(Cluster.session());
        assertThat(control.isNoUpdate()).isTrue();
        assertThat(control.getScheduleDelay()).contains(1_001L);
    }

    @Test
    void aSessionThatIsGoneIsForgotten() {
        var control = reconciler(new Recorded(404)).reconcile(Cluster.session());
        assertThat(control.isNoUpdate()).isTrue();
        assertThat(control.getScheduleDelay()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {403, 422, 500, 503})
    void anythingElseIsRetriedByTheFramework(int code) {
        assertThatExceptionOfType(OperatorException.class)
                .isThrownBy(() -> reconciler(new Recorded(code)).reconcile(Cluster.session()))
                .withMessageContaining("shop/web-x1");
    }

    private static SessionReconciler reconciler(Sessions sessions) {
        SessionReconciler reconciler = new SessionReconciler(
                sessions, SETTINGS, Limits.DEFAULT, InstantSource.fixed(Cluster.CREATED), new OperatorMetrics());
        reconciler.use(Cluster.SERVED, Cluster.NO_POLICIES, _ -> Map.of());
        return reconciler;
    }

    /** Answers as the API server would, or fails each write with a code. */
    private static final class Recorded implements Sessions {
        @Override
        public @Nullable Node targetNode(DebugSession session) {
            throw new AssertionError("no session here is on a node");
        }

        private final List<String> calls = new ArrayList<>();
        private final int failure;

        Recorded(int failure) {
            this.failure = failure;
        }

        @Override
        public Pod targetPod(DebugSession session) {
            calls.add("get " + session.getSpec().target().pod());
            return Cluster.web(Cluster.RUNNING);
        }

        @Override
        public List<Pod> selectedPods(DebugSession session) {
            throw new AssertionError("not on this path");
        }

        @Override
        public void make(DebugSession child) {
            throw new AssertionError("not on this path");
        }

        @Override
        public DebugSession write(DebugSession session, DebugSessionStatus status) {
            calls.add("write " + status.phase());
            if (failure != 0) {
                throw new KubernetesClientException(new StatusBuilder()
                        .withCode(failure)
                        .withMessage("as the test wants")
                        .build());
            }
            DebugSession written = Cluster.session();
            written.setStatus(status);
            return written;
        }

        @Override
        public DebugSession addFinalizer(DebugSession session) {
            throw new AssertionError("not on this path");
        }

        @Override
        public DebugSession removeFinalizer(DebugSession session) {
            throw new AssertionError("not on this path");
        }

        @Override
        public void delete(DebugSession session) {
            throw new AssertionError("not on this path");
        }
    }
}
