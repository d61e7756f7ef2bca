package dev.cntr.operator;

import static dev.cntr.operator.Cluster.CREATED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cntr.api.Approval;
import dev.cntr.api.Approval.Decision;
import dev.cntr.api.ApprovalStanding;
import dev.cntr.api.Ceiling;
import dev.cntr.api.Condition;
import dev.cntr.api.ConditionType;
import dev.cntr.api.DebugPolicy;
import dev.cntr.api.DebugPolicySpec;
import dev.cntr.api.DebugSession;
import dev.cntr.api.DebugSessionSpec;
import dev.cntr.api.DebugSessionStatus;
import dev.cntr.api.Names;
import dev.cntr.api.Reason;
import dev.cntr.api.ToolsSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A session of ten minutes, created at 03:00:00 and placed at once. */
class LifecycleTest {
    private static final NodeServices AGENT_GONE =
            Cluster.services(new Presence.Absent(), new Presence.Ready("relay-1"));

    private static final DebugSessionStatus PLACED = DebugSessionStatus.EMPTY
            .change()
            .observedGeneration(1L)
            .nodeName("n1")
            .podUID("pod-uid")
            .agentPod("agent-1")
            .condition(ConditionType.SCHEDULED, true, Reason.SCHEDULED, "", CREATED)
            .done();
    private static final DebugSessionStatus PREPARED =
            PLACED.change().ready("", CREATED).startedAt(CREATED).done();
    private static final DebugSessionStatus EXITED = PREPARED.change()
            .exitCode(0)
            .completed(Reason.EXITED, "", CREATED.plusSeconds(60))
            .done();

    @Test
    void aNewSessionIsPlaced() {
        assertThat(next(Cluster.session(), at(1))).isEqualTo(new Step.Place());
    }

    @Test
    void aNewSessionWhoseTimeRanOutWhileNobodyLookedIsNotPlaced() {
        assertThat(ending(next(Cluster.session(), at(600)))).isEqualTo("Completed Expired");
    }

    @Test
    void aPlacedSessionIsLeftToItsAgentForAWhile() {
        assertThat(next(with(PLACED), at(1))).isEqualTo(new Step.Wait(Duration.ofSeconds(29)));
        assertThat(next(with(PLACED), at(30))).isEqualTo(new Step.GiveUpPreparation());
    }

    @Test
    void anAgentMayHaveToPullAnImage() {
        DebugSession session = with(PLACED);
        DebugSessionSpec spec = session.getSpec();
        session.setSpec(new DebugSessionSpec(
                spec.target(), ToolsSpec.ofImage("r.example/tools"), null, spec.attach(), spec.ttl(), null));
        Lifecycle lifecycle = new Lifecycle(Cluster.SERVED, _ -> Ceiling.Allowed.UNASKED, Limits.DEFAULT);
        assertThat(lifecycle.next(session, at(30))).isEqualTo(new Step.Wait(Duration.ofSeconds(240)));
        assertThat(lifecycle.next(session, at(270))).isEqualTo(new Step.GiveUpPreparation());
    }

    @Test
    void anAgentThatSaysItWaitsForAStartMayDoSoUntilTheEnd() {
        DebugSessionStatus waiting = PLACED.change()
                .condition(ConditionType.READY, false, Reason.WAITING_FOR_START, "", at(1))
                .done();
        assertThat(next(with(waiting), at(30))).isEqualTo(new Step.Wait(Duration.ofSeconds(572)));
        assertThat(ending(next(with(waiting), at(602)))).isEqualTo("Completed Expired");
    }

    @Test
    void theFinalizerComesOnlyWhenThereIsSomethingToClean() {
        assertThat(next(with(PREPARED), at(1))).isEqualTo(new Step.AddFinalizer());
        assertThat(next(finalized(PREPARED), at(1))).isEqualTo(new Step.Wait(Duration.ofSeconds(601)));
    }

    @Test
    void theAgentMayEndAnExpiredSessionFirst() {
        assertThat(next(finalized(PREPARED), at(601))).isEqualTo(new Step.Wait(Duration.ofSeconds(1)));
        assertThat(ending(next(finalized(PREPARED), at(602)))).isEqualTo("Completed Expired");
    }

    @Test
    void aLostAgentTakesItsSessionsWithIt() {
        assertThat(ending(new Lifecycle(AGENT_GONE, Cluster.NO_POLICIES, Limits.DEFAULT)
                        .next(finalized(PREPARED), at(1))))
                .isEqualTo("Stalled AgentLost");
    }

    @Test
    void aSilentAgentIsLostAfterAWhile() {
        NodeServices silent = Cluster.services(new Presence.Unready("agent-1", at(10)), new Presence.Absent());
        Lifecycle lifecycle = new Lifecycle(silent, Cluster.NO_POLICIES, Limits.DEFAULT);
        assertThat(lifecycle.next(finalized(PREPARED), at(20))).isEqualTo(new Step.Wait(Duration.ofSeconds(20)));
        assertThat(ending(lifecycle.next(finalized(PREPARED), at(40)))).isEqualTo("Stalled AgentLost");
    }

    @Test
    void aChangedTtlMovesTheEnd() {
        DebugSession session = finalized(PREPARED);
        session.setSpec(Cluster.spec("20m"));
        session.getMetadata().setGeneration(2L);
        DebugSessionStatus status = ((Step.Write) next(session, at(1))).status();
        assertThat(status.observedGeneration()).isEqualTo(2);
        assertThat(status.expiresAt()).isEqualTo(CREATED.plus(Duration.ofMinutes(20)));
    }

    @Test
    void whatAPolicyDoesNotAllowIsNotPlacedAndEndsWhereItIs() {
        Lifecycle strict =
                new Lifecycle(Cluster.SERVED, Cluster.policies(Cluster.policy("strict", "5m")), Limits.DEFAULT);
        assertThat(ending(strict.next(Cluster.session(), at(1)))).isEqualTo("Stalled PolicyDenied");
        assertThat(ending(strict.next(finalized(PREPARED), at(1)))).isEqualTo("Stalled PolicyDenied");
        assertThat(strict.next(finalized(EXITED), at(61))).isEqualTo(new Step.RemoveFinalizer());
        assertThat(strict.next(deleted(EXITED), at(3))).isEqualTo(new Step.RemoveFinalizer());
    }

    @Test
    void aSessionThatNeedsApprovalWaitsForItUntilItsEnd() {
        Lifecycle strict = approving();
        DebugSession session = Cluster.session();
        session.setSpec(Cluster.spec("10m", "jane"));
        DebugSessionStatus waiting = ((Step.Write) strict.next(session, at(1))).status();
        assertThat(waiting.condition(ConditionType.READY)).hasValueSatisfying(ready -> {
            assertThat(ready.holds()).isFalse();
            assertThat(ready.reason()).isEqualTo("WaitingForApproval");
        });
        assertThat(waiting.condition(ConditionType.APPROVED))
                .hasValueSatisfying(c -> assertThat(c.message()).endsWith("kubectl cntr approve web-x1 -n shop"));
        assertThat(waiting.expiresAt()).isEqualTo(CREATED.plusSeconds(600));
        assertThat(waiting.approval()).isEqualTo(new ApprovalStanding(1, 1, null, null));
        session.setStatus(waiting);
        assertThat(strict.next(session, at(2))).isEqualTo(new Step.Wait(Duration.ofSeconds(598)));
        assertThat(ending(strict.next(session, at(600)))).isEqualTo("Completed Expired");
    }

    @Test
    void anApprovedSessionSaysByWhomAndIsPlaced() {
        DebugSession session = Cluster.session();
        session.setSpec(Cluster.spec("10m", "jane", new Approval("bob", Decision.APPROVED, null)));
        DebugSessionStatus approved = ((Step.Write) approving().next(session, at(1))).status();
        assertThat(approved.condition(ConditionType.APPROVED))
                .hasValueSatisfying(condition -> assertThat(condition.message()).isEqualTo("approved by bob"));
        assertThat(approved.approval()).isEqualTo(new ApprovalStanding(1, 0, null, List.of("bob")));
        session.setStatus(approved);
        assertThat(approving().next(session, at(1))).isEqualTo(new Step.Place());
    }

    @Test
    void aDenialEndsASessionThatRunsAndARunningOneNeedsNoLaterApproval() {
        DebugSession session = finalized(PREPARED);
        session.setSpec(Cluster.spec("10m", "jane"));
        assertThat(approving().next(session, at(1))).isEqualTo(new Step.Wait(Duration.ofSeconds(601)));
        session.setSpec(Cluster.spec("10m", "jane", new Approval("bob", Decision.DENIED, "no")));
        assertThat(ending(next(session, at(1)))).isEqualTo("Stalled ApprovalDenied");
    }

    private static Lifecycle approving() {
        DebugPolicy policy = Cluster.policy("strict", "1h");
        policy.setSpec(new DebugPolicySpec(
                Objects.requireNonNull(policy.getSpec().namespaceSelector()),
                null,
                null,
                new DebugPolicySpec.ApprovalRule(true)));
        return new Lifecycle(Cluster.SERVED, Cluster.policies(policy), Limits.DEFAULT);
    }

    @Test
    void whatAPolicyAllowsIsPlaced() {
        Lifecycle lenient =
                new Lifecycle(Cluster.SERVED, Cluster.policies(Cluster.policy("lenient", "10m")), Limits.DEFAULT);
        assertThat(lenient.next(Cluster.session(), at(1))).isEqualTo(new Step.Place());
    }

    @Test
    void aFinishedSessionStaysForItsRetentionAndThenGoes() {
        assertThat(next(finalized(EXITED), at(61))).isEqualTo(new Step.RemoveFinalizer());
        assertThat(next(with(EXITED), at(61))).isEqualTo(new Step.Wait(Duration.ofSeconds(299)));
        assertThat(next(with(EXITED), at(360))).isEqualTo(new Step.Delete());
    }

    @Test
    void aDeletedSessionWaitsForItsAgentButNotForLong() {
        assertThat(next(deleted(PREPARED), at(3))).isEqualTo(new Step.Wait(Duration.ofSeconds(7)));
        assertThat(next(deleted(EXITED), at(3))).isEqualTo(new Step.RemoveFinalizer());
        assertThat(next(deleted(PREPARED), at(10))).isEqualTo(new Step.RemoveFinalizer());
        assertThat(new Lifecycle(AGENT_GONE, Cluster.NO_POLICIES, Limits.DEFAULT).next(deleted(PREPARED), at(3)))
                .isEqualTo(new Step.RemoveFinalizer());
        assertThat(next(deleted(DebugSessionStatus.EMPTY), at(3))).isEqualTo(new Step.RemoveFinalizer());
    }

    @Test
    void somebodyElsesFinalizerIsNoneOfItsBusiness() {
        DebugSession session = deleted(PREPARED);
        session.removeFinalizer(Names.FINALIZER);
        session.addFinalizer("example.com/other");
        assertThat(next(session, at(3))).isEqualTo(new Step.Done());
    }

    private static Step next(DebugSession session, Instant now) {
        return new Lifecycle(Cluster.SERVED, Cluster.NO_POLICIES, Limits.DEFAULT).next(session, now);
    }

    private static Instant at(int seconds) {
        return CREATED.plusSeconds(seconds);
    }

    private static DebugSession with(DebugSessionStatus status) {
        DebugSession session = Cluster.session();
        session.setStatus(status);
        return session;
    }

    private static DebugSession finalized(DebugSessionStatus status) {
        DebugSession session = with(status);
        session.addFinalizer(Names.FINALIZER);
        return session;
    }

    private static DebugSession deleted(DebugSessionStatus status) {
        DebugSession session = finalized(status);
        session.getMetadata().setDeletionTimestamp(CREATED.toString());
        return session;
    }

    private static String ending(Step step) {
        DebugSessionStatus status = ((Step.Write) step).status();
        Condition condition = Optional.of(ConditionType.COMPLETED)
                .flatMap(status::condition)
                .or(() -> status.condition(ConditionType.STALLED))
                .orElseThrow();
        assertThat(condition.holds()).isTrue();
        return condition.type() + " " + condition.reason();
    }
}
