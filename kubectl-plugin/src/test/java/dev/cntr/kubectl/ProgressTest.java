package dev.cntr.kubectl;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cntr.api.ApprovalStanding;
import dev.cntr.api.ConditionType;
import dev.cntr.api.DebugSessionStatus;
import dev.cntr.api.Reason;
import dev.cntr.api.StatusChange;
import dev.cntr.kubectl.cluster.Session;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProgressTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    @Test
    void aFileHearsOnlyWhatComesLate() throws InterruptedException {
        Progress progress = progress(Progress.Detail.LATE);
        progress.say("early");
        Thread.sleep(1100);
        progress.say("late");
        assertThat(out.toString(UTF_8)).isEqualTo("late\n");
    }

    @Test
    void quietIsQuiet() throws InterruptedException {
        Progress progress = progress(Progress.Detail.QUIET);
        Thread.sleep(1100);
        progress.say("late");
        assertThat(out.size()).isZero();
    }

    @Test
    void aTerminalHearsAllOfItAndNoControlCharacters() {
        progress(Progress.Detail.ALL).say("on \u001b[31mnode\u0007\n");
        assertThat(out.toString(UTF_8)).isEqualTo("on [31mnode\n");
    }

    @Test
    void whatASessionWaitsForIsSaid() {
        StatusChange change = DebugSessionStatus.EMPTY.change();
        assertThat(waitsFor(change)).isEqualTo("waiting for cntr's operator");
        change.condition(ConditionType.READY, false, Reason.POD_PENDING, "pod hello has no node yet", NOW);
        assertThat(waitsFor(change)).isEqualTo("waiting: pod hello has no node yet");
        change.condition(ConditionType.READY, false, Reason.WAITING_FOR_APPROVAL, "by somebody", NOW);
        assertThat(waitsFor(change)).isEqualTo("waiting for approval");
        change.approval(new ApprovalStanding(2, 1, null, null));
        assertThat(waitsFor(change)).isEqualTo("waiting for 1 of 2 approvals");
        change.condition(ConditionType.READY, false, Reason.SCHEDULED, "on node-2", NOW)
                .nodeName("node-2");
        assertThat(waitsFor(change))
                .isEqualTo(
                        "waiting for node node-2 to prepare the session; it pulls image r.example/a where it does not have it");
        assertThat(Progress.waitsFor(session(change), null))
                .isEqualTo("waiting for node node-2 to prepare the session");
        change.condition(ConditionType.READY, false, Reason.PULLING_IMAGE, "node node-2 pulls image r.example/a", NOW);
        assertThat(waitsFor(change)).isEqualTo("waiting: node node-2 pulls image r.example/a");
        change.condition(ConditionType.READY, false, Reason.WAITING_FOR_START, "of app", NOW);
        assertThat(waitsFor(change)).isEqualTo("waiting for the container's next start");
        assertThat(waitsFor(change.ready("created", NOW))).isEqualTo("waiting for the agent's answer");
    }

    @Test
    void aChangeOfWhatAnApprovalMissesIsSaidToAFileToo() {
        Progress progress = progress(Progress.Detail.LATE);
        for (String message : List.of("2 are missing", "2 are missing", "1 is missing")) {
            progress.saw(session(DebugSessionStatus.EMPTY
                    .change()
                    .condition(ConditionType.APPROVED, false, Reason.WAITING_FOR_APPROVAL, message, NOW)
                    .condition(ConditionType.READY, false, Reason.WAITING_FOR_APPROVAL, message, NOW)));
        }
        assertThat(out.toString(UTF_8))
                .isEqualTo("waiting for approval: 2 are missing\nwaiting for approval: 1 is missing\n");
    }

    private static String waitsFor(StatusChange change) {
        return Progress.waitsFor(session(change), "r.example/a");
    }

    private static Session session(StatusChange change) {
        return new Session("default", "hello-x", "uid", "1", Duration.ZERO, change.done());
    }

    private Progress progress(Progress.Detail detail) {
        return new Progress(new PrintStream(out, true, UTF_8), detail, null);
    }
}
