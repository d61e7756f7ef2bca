package dev.cntr.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class SessionEventTest {
    private static final Instant NOW = Instant.parse("2026-05-04T03:00:00Z");
    private static final DebugSessionStatus ATTACHED = DebugSessionStatus.EMPTY
            .change()
            .ready("the debug container is created", NOW)
            .condition(ConditionType.ATTACHED, true, Reason.CLIENT_ATTACHED, "jane is attached", NOW)
            .done();

    @Test
    void eachConditionThatComesTrueIsToldOnce() {
        assertThat(SessionEvent.between(DebugSessionStatus.EMPTY, ATTACHED))
                .containsExactly(
                        new SessionEvent(false, "Created", "the debug container is created", false),
                        new SessionEvent(false, "Attached", "jane is attached", true));
        assertThat(SessionEvent.between(ATTACHED, ATTACHED)).isEmpty();
    }

    @Test
    void anEndTellsItsReasonAndOnlyAFailureWarns() {
        assertThat(SessionEvent.between(
                        ATTACHED,
                        ATTACHED.change()
                                .completed(Reason.EXITED, "the command ended with exit code 7", NOW)
                                .done()))
                .containsExactly(
                        new SessionEvent(false, "Completed", "Exited: the command ended with exit code 7", true));
        assertThat(SessionEvent.between(
                        DebugSessionStatus.EMPTY,
                        DebugSessionStatus.EMPTY
                                .change()
                                .stalled(Reason.POD_NOT_FOUND, "no pod web", NOW)
                                .done()))
                .containsExactly(new SessionEvent(true, "Failed", "PodNotFound: no pod web", true));
    }

    @Test
    void ofARecordingItsFailureIsToldOnce() {
        DebugSessionStatus failed = ATTACHED.change()
                .condition(ConditionType.RECORDED, false, Reason.RECORDING_INCOMPLETE, "no space", NOW)
                .done();
        assertThat(SessionEvent.between(ATTACHED, failed))
                .containsExactly(new SessionEvent(true, "RecordingIncomplete", "no space", false));
        assertThat(SessionEvent.between(failed, failed)).isEmpty();
        DebugSessionStatus kept = ATTACHED.change()
                .condition(ConditionType.RECORDED, true, Reason.RECORDING_KEPT, "5 bytes", NOW)
                .done();
        assertThat(SessionEvent.between(ATTACHED, kept))
                .containsExactly(new SessionEvent(false, "RecordingKept", "5 bytes", false));
    }
}
