package dev.cntr.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class StatusChangeTest {
    private static final Instant NOW = Instant.parse("2026-05-04T03:02:01.987Z");
    private static final Instant LATER = NOW.plusSeconds(60);

    static final DebugSessionStatus READY = DebugSessionStatus.EMPTY
            .change()
            .observedGeneration(1L)
            .nodeName("n1")
            .container("app", "containerd://abc")
            .condition(ConditionType.SCHEDULED, true, Reason.SCHEDULED, "on n1", NOW)
            .ready("prepared", NOW)
            .startedAt(NOW)
            .done();

    @Test
    void aConditionKeepsItsTimeWhileItsStatusStays() {
        DebugSessionStatus again = READY.change().ready("still", LATER).done();
        Condition ready = again.condition(ConditionType.READY).orElseThrow();
        assertThat(ready.lastTransitionTime()).isEqualTo("2026-05-04T03:02:01Z");
        assertThat(ready.message()).isEqualTo("still");
        assertThat(again.conditions()).hasSameSizeAs(READY.conditions());
    }

    @Test
    void anEndTakesReadinessAndClientsAway() {
        DebugSessionStatus attached = READY.change()
                .condition(ConditionType.ATTACHED, true, Reason.CLIENT_ATTACHED, "", NOW)
                .attachments(1)
                .done();
        assertThat(attached.phase()).isEqualTo(Phase.ATTACHED);
        assertThat(attached.finished()).isFalse();

        DebugSessionStatus over = attached.change()
                .exitCode(7)
                .completed(Reason.EXITED, "exit 7", LATER)
                .done();
        assertThat(over.finished()).isTrue();
        assertThat(over.phase()).isEqualTo(Phase.COMPLETED);
        assertThat(over.holds(ConditionType.READY)).isFalse();
        assertThat(over.holds(ConditionType.ATTACHED)).isFalse();
        assertThat(over.attachments()).isZero();
        assertThat(over.finishedAt()).isEqualTo("2026-05-04T03:03:01Z");
        assertThat(over.condition(ConditionType.READY).orElseThrow().lastTransitionTime())
                .isEqualTo("2026-05-04T03:03:01Z");
    }

    @Test
    void aFailureIsAnEndToo() {
        DebugSessionStatus failed = DebugSessionStatus.EMPTY
                .change()
                .stalled(Reason.POD_NOT_FOUND, "no pod x", NOW)
                .done();
        assertThat(failed.finished()).isTrue();
        assertThat(failed.phase()).isEqualTo(Phase.FAILED);
        assertThat(failed.condition(ConditionType.ATTACHED)).isEmpty();
    }

    @Test
    void aMessageThatTheApiServerWouldRefuseIsCut() {
        DebugSessionStatus failed = READY.change()
                .stalled(Reason.ATTACH_FAILED, "x".repeat(5000), NOW)
                .done();
        assertThat(failed.condition(ConditionType.STALLED).orElseThrow().message())
                .hasSize(Condition.MAX_MESSAGE)
                .endsWith("…");
    }

    @Test
    void reasonsAreWrittenInCamelCaseAndReadBack() {
        assertThat(Reason.NO_AGENT_ON_NODE.text()).isEqualTo("NoAgentOnNode");
        for (Reason reason : Reason.values()) {
            assertThat(Reason.of(reason.text())).contains(reason);
        }
        assertThat(Reason.of("OfALaterVersion")).isEmpty();
    }

    @Test
    void anAgentThatEndsLeavesARecordingIncomplete() {
        DebugSessionStatus attached = DebugSessionStatus.EMPTY
                .change()
                .condition(ConditionType.ATTACHED, true, Reason.CLIENT_ATTACHED, "jane", NOW)
                .done();
        assertThat(attached.change()
                        .agentLost(DebugSessionSpec.Recording.REQUIRED, "gone", NOW)
                        .done()
                        .condition(ConditionType.RECORDED))
                .hasValueSatisfying(condition -> {
                    assertThat(condition.holds()).isFalse();
                    assertThat(condition.reason()).isEqualTo("RecordingIncomplete");
                });
        assertThat(attached.change()
                        .agentLost(DebugSessionSpec.Recording.NEVER, "gone", NOW)
                        .done()
                        .condition(ConditionType.RECORDED))
                .isEmpty();
    }
}
