package dev.cntr.api;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The pods that a session's selector took when it began, by name, and what becomes of the session of each.
 *
 * @param matched how many pods the selector matched then, of which the first {@code maxPods} have a session
 * @param active how many sessions are not over
 * @param succeeded how many commands ended with exit code 0
 * @param failed how many sessions ended in any other way
 * @param results one of each pod
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record SelectedPods(
        @Min(0)
        @JsonPropertyDescription(
                "How many pods the selector matched, of which the first maxPods by name have a session.")
        int matched,

        @Min(0) @JsonPropertyDescription("How many sessions are not over.")
        int active,

        @Min(0) @JsonPropertyDescription("How many commands ended with exit code 0.")
        int succeeded,

        @Min(0) @JsonPropertyDescription("How many sessions ended in any other way.")
        int failed,

        @Size(max = DebugSessionSpec.Target.MOST_PODS) @JsonPropertyDescription("The session of each pod.")
        List<Result> results) {

    /** Takes missing results as none. */
    public SelectedPods(int matched, int active, int succeeded, int failed, @Nullable List<Result> results) {
        this.matched = matched;
        this.active = active;
        this.succeeded = succeeded;
        this.failed = failed;
        this.results = results == null ? List.of() : List.copyOf(results);
    }

    /** Counts the results. */
    public static SelectedPods of(int matched, List<Result> results) {
        int over = (int) results.stream().filter(Result::over).count();
        int well = (int) results.stream().filter(Result::succeeded).count();
        return new SelectedPods(matched, results.size() - over, well, over - well, results);
    }

    /**
     * What becomes of the session of one pod.
     *
     * @param pod its name
     * @param session name of its session
     * @param phase the session's; null until it is made
     * @param reason why the phase is what it is, where the session is over
     * @param exitCode of the command, where it ended by itself
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Result(
            @Required @Size(max = 253) @JsonPropertyDescription("The pod's name.")
            String pod,

            @Required @Size(max = 253) @JsonPropertyDescription("Name of the pod's session.")
            String session,

            @JsonPropertyDescription("The session's phase when this was written last; missing until it is made.")
            @Nullable
            Phase phase,

            @Size(max = 128) @JsonPropertyDescription("Why, where the session is over.") @Nullable
            String reason,

            @Min(0) @Max(255) @JsonPropertyDescription("The command's exit code.") @Nullable
            Integer exitCode) {

        /** Of a session that is to be made. */
        public static Result of(String pod, String session) {
            return new Result(pod, session, null, null, null);
        }

        /** The same with what its session says. */
        public Result seen(DebugSession child) {
            DebugSessionStatus status = child.getStatus();
            String why = status.finished()
                    ? status.condition(ConditionType.READY)
                            .map(Condition::reason)
                            .orElse(null)
                    : null;
            return new Result(
                    pod, session, status.phase() == null ? Phase.PENDING : status.phase(), why, status.exitCode());
        }

        /** The same where somebody has deleted its session before it was over. */
        public Result deleted() {
            return over() ? this : new Result(pod, session, Phase.FAILED, Reason.DELETED.text(), null);
        }

        /** Whether nothing changes any more. */
        public boolean over() {
            return phase == Phase.COMPLETED || phase == Phase.FAILED;
        }

        boolean succeeded() {
            return phase == Phase.COMPLETED && exitCode != null && exitCode == 0;
        }
    }
}
