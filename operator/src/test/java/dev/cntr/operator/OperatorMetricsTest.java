package dev.cntr.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cntr.api.DebugSession;
import dev.cntr.api.DebugSessionStatus;
import dev.cntr.api.Reason;
import java.time.Instant;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class OperatorMetricsTest {
    private final OperatorMetrics metrics = new OperatorMetrics();

    private static DebugSession stalled(String reason) {
        DebugSession session = Cluster.session();
        DebugSessionStatus status = session.getStatus()
                .change()
                .stalled(Reason.ATTACH_FAILED, "", Instant.EPOCH)
                .done();
        session.setStatus(status);
        if (!reason.equals("AttachFailed")) {
            session = io.fabric8.kubernetes.client.utils.Serialization.unmarshal(
                    io.fabric8.kubernetes.client.utils.Serialization.asYaml(session)
                            .replace("AttachFailed", reason),
                    DebugSession.class);
        }
        return session;
    }

    @Test
    void sessionsAreCountedByPhaseAndReason() {
        metrics.countSessionsIn(
                "DebugSession", () -> Stream.of(Cluster.session(), stalled("AttachFailed"), stalled("AttachFailed")));
        assertThat(metrics.scrape())
                .contains(
                        "cntr_operator_sessions{phase=\"New\",reason=\"None\"} 1.0",
                        "cntr_operator_sessions{phase=\"Failed\",reason=\"AttachFailed\"} 2.0");
        metrics.countSessionsIn("DebugSession", Stream::empty);
        assertThat(metrics.scrape()).doesNotContain("reason=\"AttachFailed\"");
    }

    /** Or whoever may write a status could make as many series as there are words. */
    @Test
    void aReasonThatIsNotOursMakesNoSeries() {
        metrics.countSessionsIn("DebugSession", () -> Stream.of(stalled("SomethingNew")));
        assertThat(metrics.scrape()).contains("reason=\"Other\"").doesNotContain("SomethingNew");
    }

    @Test
    void aReconciliationWaitsThenRunsThenHasEnded() throws Exception {
        DebugSession session = Cluster.session();
        metrics.reconcileCustomResource(session, null, Map.of());
        assertThat(metrics.scrape()).contains("cntr_operator_queue_size 1.0");
        metrics.reconciliationExecutionStarted(session, Map.of());
        assertThat(metrics.scrape())
                .contains("cntr_operator_queue_size 0.0", "cntr_operator_reconciliations_running 1.0");
        metrics.finishedReconciliation(session, Map.of());
        metrics.reconciliationExecutionFinished(session, Map.of());
        assertThat(metrics.scrape())
                .contains(
                        "cntr_operator_reconciliations_running 0.0",
                        "cntr_operator_reconciliations_total{result=\"success\"} 1.0",
                        "cntr_operator_reconciliations_total{result=\"error\"} 0.0");
    }

    /** The library says "finished", and not "started", of one whose session was gone before its turn. */
    @Test
    void aReconciliationThatNeverRanLeavesTheQueue() {
        metrics.reconcileCustomResource(Cluster.session(), null, Map.of());
        metrics.reconciliationExecutionFinished(Cluster.session(), Map.of());
        assertThat(metrics.scrape())
                .contains("cntr_operator_queue_size 0.0", "cntr_operator_reconciliations_running 0.0");
    }

    @Test
    void aPlacementIsTimedOnce() {
        DebugSession session = Cluster.session();
        metrics.reconcileCustomResource(session, null, Map.of());
        DebugSessionStatus placed = session.getStatus().change().nodeName("n1").done();
        metrics.wrote(session, placed);
        metrics.wrote(session, placed);
        assertThat(metrics.scrape())
                .contains("cntr_operator_placement_seconds_count 1", "cntr_operator_placement_seconds_bucket{le=");
    }

    @Test
    void whoLeadsSaysSo() {
        assertThat(metrics.scrape()).contains("cntr_operator_leader 0.0");
        metrics.leads(true);
        assertThat(metrics.scrape()).contains("cntr_operator_leader 1.0");
    }
}
