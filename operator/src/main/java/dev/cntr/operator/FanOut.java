package dev.cntr.operator;

import dev.cntr.api.ChildSession;
import dev.cntr.api.ConditionType;
import dev.cntr.api.DebugSession;
import dev.cntr.api.DebugSessionStatus;
import dev.cntr.api.Reason;
import dev.cntr.api.SelectedPods;
import dev.cntr.api.SelectedPods.Result;
import dev.cntr.api.StatusChange;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Decides about a session with a selector: which pods it is for, once; that each has a session; and what became of them. Which pods those are is written before the first
 * session is made, and each has a name that follows from its pod, so that whatever happens in between none is made twice. Its status is written when a session is over, not at
 * each of their steps.
 */
final class FanOut {
    private FanOut() {}

    /** The sessions that there are. */
    @FunctionalInterface
    interface Children {
        /** Those made for a session, by name. */
        Map<String, DebugSession> of(DebugSession parent);
    }

    /**
     * The next step.
     *
     * @param matching reads the pods that the selector takes
     */
    static Step next(DebugSession parent, Supplier<List<Pod>> matching, Children children, Instant now) {
        SelectedPods known = parent.getStatus().pods();
        if (known == null) {
            return choose(parent, matching.get(), now);
        }
        Map<String, DebugSession> made = children.of(parent);
        List<Result> results = known.results().stream()
                .map(result -> seen(result, made.get(result.session())))
                .toList();
        List<Result> missing =
                results.stream().filter(result -> result.phase() == null).toList();
        if (!missing.isEmpty()) {
            Duration left = Duration.between(now, Lifecycle.expiry(parent));
            return new Step.Make(missing.stream()
                    .map(result -> ChildSession.of(parent, result.session(), result.pod(), left))
                    .toList());
        }
        SelectedPods seen = SelectedPods.of(known.matched(), results);
        if (seen.active() == 0) {
            return new Step.Write(ended(parent, seen, now));
        }
        boolean news =
                seen.active() != known.active() || known.results().stream().anyMatch(result -> result.phase() == null);
        return news
                ? new Step.Write(change(parent).pods(seen).done())
                : new Step.Wait(Duration.between(now, Lifecycle.latest(parent)));
    }

    private static Result seen(Result result, @Nullable DebugSession child) {
        if (result.over()) {
            return result;
        }
        if (child != null) {
            return result.seen(child);
        }
        return result.phase() == null ? result : result.deleted();
    }

    private static Step choose(DebugSession parent, List<Pod> matching, Instant now) {
        List<Pod> pods = matching.stream()
                .filter(pod -> !pod.isMarkedForDeletion())
                .filter(pod -> !List.of("Succeeded", "Failed")
                        .contains(Objects.requireNonNullElse(pod.getStatus().getPhase(), "")))
                .sorted(Comparator.comparing(pod -> pod.getMetadata().getName()))
                .toList();
        if (pods.isEmpty()) {
            String message = "the selector takes none of the pods of namespace %s that are not finished"
                    .formatted(parent.getMetadata().getNamespace());
            return new Step.Write(change(parent)
                    .condition(ConditionType.SCHEDULED, false, Reason.POD_NOT_FOUND, message, now)
                    .stalled(Reason.POD_NOT_FOUND, message, now)
                    .done());
        }
        List<Result> results = pods.stream()
                .limit(parent.getSpec().target().podLimit())
                .map(pod -> Result.of(pod.getMetadata().getName(), ChildSession.name(parent, pod)))
                .toList();
        String message = results.size() == pods.size()
                ? "a session for each of %d pods".formatted(pods.size())
                : "sessions for the first %d of %d pods, see spec.target.maxPods"
                        .formatted(results.size(), pods.size());
        return new Step.Write(change(parent)
                .pods(SelectedPods.of(pods.size(), results))
                .expiresAt(Lifecycle.expiry(parent))
                .condition(ConditionType.SCHEDULED, true, Reason.PODS_ACTIVE, message, now)
                .condition(ConditionType.READY, false, Reason.PODS_ACTIVE, message, now)
                .condition(ConditionType.RECONCILING, true, Reason.PODS_ACTIVE, message, now)
                .done());
    }

    private static DebugSessionStatus ended(DebugSession parent, SelectedPods pods, Instant now) {
        StatusChange change = change(parent).pods(pods);
        long unknown = pods.results().stream()
                .filter(result -> result.exitCode() == null)
                .count();
        if (unknown > 0) {
            String message = "of %d sessions %d did not run the command to its end, see status.pods"
                    .formatted(pods.results().size(), unknown);
            return change.stalled(Reason.PODS_FAILED, message, now).done();
        }
        int worst = pods.results().stream()
                .mapToInt(result -> Objects.requireNonNull(result.exitCode()))
                .max()
                .orElse(0);
        String message = "the command ended in %d pods, in %d of them with exit code 0"
                .formatted(pods.results().size(), pods.succeeded());
        return change.exitCode(worst).completed(Reason.EXITED, message, now).done();
    }

    private static StatusChange change(DebugSession session) {
        return session.getStatus()
                .change()
                .observedGeneration(session.getMetadata().getGeneration());
    }
}
