package dev.cntr.operator;

import static dev.cntr.operator.Cluster.CREATED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cntr.api.Condition;
import dev.cntr.api.ConditionType;
import dev.cntr.api.DebugSession;
import dev.cntr.api.DebugSessionSpec;
import dev.cntr.api.DebugSessionSpec.DebugProcess;
import dev.cntr.api.DebugSessionSpec.Target;
import dev.cntr.api.DebugSessionStatus;
import dev.cntr.api.Phase;
import dev.cntr.api.Reason;
import dev.cntr.api.SelectedPods;
import dev.cntr.api.SelectedPods.Result;
import dev.cntr.api.Selector;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A session of ten minutes, created at 03:00:00, for at most two of the pods web-1 to web-3. */
class FanOutTest {
    private static final Instant NOW = CREATED.plusSeconds(5);

    private final DebugSession parent = parent(2);
    private final Map<String, DebugSession> made = new HashMap<>();

    static DebugSession parent(int maxPods) {
        DebugSession parent = Cluster.session();
        parent.setSpec(new DebugSessionSpec(
                new Target(null, new Selector(Map.of("app", "web"), null), maxPods, "app", null, null),
                null,
                new DebugProcess(List.of("id"), null, null, null),
                null,
                "10m",
                300));
        return parent;
    }

    private static Pod pod(String name, String phase) {
        return new PodBuilder(Cluster.web(Cluster.RUNNING))
                .editMetadata()
                .withName(name)
                .withUid("uid-" + name)
                .addToLabels("app", "web")
                .endMetadata()
                .editStatus()
                .withPhase(phase)
                .endStatus()
                .build();
    }

    private Step next(Pod... pods) {
        return FanOut.next(parent, () -> List.of(pods), _ -> made, NOW);
    }

    private SelectedPods written(Step step) {
        parent.setStatus(((Step.Write) step).status());
        return Objects.requireNonNull(parent.getStatus().pods());
    }

    /** Chooses web-1 and web-2 and makes their sessions. */
    private List<DebugSession> make() {
        written(next(pod("web-2", "Running"), pod("web-1", "Running")));
        List<DebugSession> sessions = ((Step.Make) next()).sessions();
        sessions.forEach(session -> made.put(session.getMetadata().getName(), session));
        return sessions;
    }

    private static void ends(DebugSession child, @Nullable Integer exitCode) {
        var change = DebugSessionStatus.EMPTY.change().nodeName("n1");
        child.setStatus(
                exitCode == null
                        ? change.stalled(Reason.ATTACH_FAILED, "", NOW).done()
                        : change.exitCode(exitCode)
                                .completed(Reason.EXITED, "", NOW)
                                .done());
    }

    @Test
    void thePodsAreChosenOnceByNameUpToTheBound() {
        SelectedPods pods = written(next(
                pod("web-3", "Running"), pod("web-0", "Succeeded"), pod("web-2", "Pending"), pod("web-1", "Running")));
        assertThat(pods.matched()).isEqualTo(3);
        assertThat(pods.active()).isEqualTo(2);
        assertThat(pods.results()).extracting(Result::pod).containsExactly("web-1", "web-2");
        assertThat(parent.getStatus().condition(ConditionType.SCHEDULED))
                .hasValueSatisfying(scheduled -> assertThat(scheduled.message())
                        .isEqualTo("sessions for the first 2 of 3 pods, see spec.target.maxPods"));
        assertThat(parent.getStatus().placed()).as("no agent's").isFalse();
        assertThat(next(pod("web-9", "Running")))
                .isInstanceOfSatisfying(
                        Step.Make.class,
                        make -> assertThat(make.sessions())
                                .extracting(session -> session.getSpec().target())
                                .containsExactly(new Target("web-1", "app"), new Target("web-2", "app")));
    }

    @Test
    void aSelectorThatTakesNothingIsAnErrorAtOnce() {
        DebugSessionStatus status = ((Step.Write) next(pod("web-0", "Failed"))).status();
        assertThat(status.condition(ConditionType.STALLED))
                .map(Condition::reason)
                .contains("PodNotFound");
    }

    @Test
    void onlyWhatIsMissingIsMade() {
        List<DebugSession> both = make();
        assertThat(both).extracting(session -> session.getSpec().ttl()).containsOnly("595s");
        made.remove(both.getFirst().getMetadata().getName());
        assertThat(((Step.Make) next()).sessions())
                .extracting(session -> session.getMetadata().getName())
                .containsExactly(both.getFirst().getMetadata().getName());
    }

    @Test
    void theStatusIsWrittenWhenASessionIsOver() {
        List<DebugSession> both = make();
        assertThat(written(next()).results()).extracting(Result::phase).containsOnly(Phase.PENDING);
        assertThat(next()).isEqualTo(new Step.Wait(Duration.ofSeconds(605)));
        both.getFirst()
                .setStatus(DebugSessionStatus.EMPTY.change().ready("", NOW).done());
        assertThat(next()).as("a step of one of them is no news").isInstanceOf(Step.Wait.class);
        ends(both.getFirst(), 0);
        SelectedPods pods = written(next());
        assertThat(List.of(pods.active(), pods.succeeded(), pods.failed())).containsExactly(1, 1, 0);
        assertThat(pods.results().getFirst())
                .isEqualTo(new Result("web-1", both.getFirst().getMetadata().getName(), Phase.COMPLETED, "Exited", 0));
        assertThat(parent.getStatus().finished()).isFalse();
        ends(both.getLast(), 3);
        pods = written(next());
        assertThat(List.of(pods.active(), pods.succeeded(), pods.failed())).containsExactly(0, 1, 1);
        assertThat(parent.getStatus().phase()).isEqualTo(Phase.COMPLETED);
        assertThat(parent.getStatus().exitCode()).as("the greatest").isEqualTo(3);
        assertThat(parent.getStatus()
                        .condition(ConditionType.COMPLETED)
                        .orElseThrow()
                        .message())
                .isEqualTo("the command ended in 2 pods, in 1 of them with exit code 0");
    }

    @Test
    void aSessionThatRanNothingOrWasDeletedMakesTheWholeAFailure() {
        List<DebugSession> both = make();
        written(next());
        ends(both.getFirst(), null);
        made.remove(both.getLast().getMetadata().getName());
        SelectedPods pods = written(next());
        assertThat(pods.results()).extracting(Result::reason).containsExactly("AttachFailed", "Deleted");
        assertThat(parent.getStatus().condition(ConditionType.STALLED)).hasValueSatisfying(stalled -> {
            assertThat(stalled.reason()).isEqualTo("PodsFailed");
            assertThat(stalled.message()).startsWith("of 2 sessions 2 did not run the command");
        });
    }
}
