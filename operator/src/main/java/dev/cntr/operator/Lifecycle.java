package dev.cntr.operator;

import dev.cntr.api.ApprovalStanding;
import dev.cntr.api.Ceiling;
import dev.cntr.api.Condition;
import dev.cntr.api.ConditionType;
import dev.cntr.api.DebugSession;
import dev.cntr.api.DebugSessionStatus;
import dev.cntr.api.Names;
import dev.cntr.api.Reason;
import dev.cntr.api.StatusChange;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/** Names the next step for a session, from what it is now and what time it is. Pure, and blind to what happened before. */
final class Lifecycle {
    private static final Duration GATHERING = Duration.ofSeconds(10);

    private final NodeServices services;
    private final Policies policies;
    private final Limits limits;

    Lifecycle(NodeServices services, Policies policies, Limits limits) {
        this.services = services;
        this.policies = policies;
        this.limits = limits;
    }

    /** When a session ends at the latest. */
    static Instant expiry(DebugSession session) {
        return created(session).plus(session.getSpec().timeToLive());
    }

    /** When a session that has no node ends; one with a selector after those that it made have, whose times end with its own. */
    static Instant latest(DebugSession session) {
        return session.getStatus().pods() == null
                ? expiry(session)
                : expiry(session).plus(GATHERING);
    }

    /** The next step. */
    Step next(DebugSession session, Instant now) {
        if (session.isMarkedForDeletion()) {
            return ofDeleted(session, now);
        }
        DebugSessionStatus status = session.getStatus();
        if (status.finished()) {
            return ofFinished(session, now);
        }
        return switch (policies.over(session)) {
            case Ceiling.Denied(Reason reason, String message) -> denied(session, reason, message, now);
            case Ceiling.Pending _, Ceiling.Allowed _ when status.placed() -> ofPlaced(session, now);
            case Ceiling.Pending _, Ceiling.Allowed _ when !latest(session).isAfter(now) -> expired(session, now);
            case Ceiling.Pending(String message, ApprovalStanding approval) ->
                waitsForApproval(session, message, approval, now);
            case Ceiling.Allowed(ApprovalStanding approval)
            when approval.required() > 0 && !status.holds(ConditionType.APPROVED) -> approved(session, approval, now);
            case Ceiling.Allowed _ -> new Step.Place();
        };
    }

    /** Until somebody decides, or its time is over; the status is written only when it says something new. */
    private static Step waitsForApproval(DebugSession session, String message, ApprovalStanding approval, Instant now) {
        DebugSessionStatus status = session.getStatus();
        DebugSessionStatus waiting = status.change()
                .observedGeneration(session.getMetadata().getGeneration())
                .expiresAt(expiry(session))
                .approval(approval)
                .condition(ConditionType.APPROVED, false, Reason.WAITING_FOR_APPROVAL, message, now)
                .condition(ConditionType.READY, false, Reason.WAITING_FOR_APPROVAL, message, now)
                .condition(ConditionType.RECONCILING, true, Reason.WAITING_FOR_APPROVAL, message, now)
                .done();
        return waiting.equals(status) ? new Step.Wait(Duration.between(now, expiry(session))) : new Step.Write(waiting);
    }

    private static Step approved(DebugSession session, ApprovalStanding approval, Instant now) {
        String message = "approved by " + String.join(", ", approval.approvers());
        return new Step.Write(session.getStatus()
                .change()
                .observedGeneration(session.getMetadata().getGeneration())
                .approval(approval)
                .condition(ConditionType.APPROVED, true, Reason.APPROVED, message, now)
                .condition(ConditionType.READY, false, Reason.APPROVED, message, now)
                .done());
    }

    private Step ofDeleted(DebugSession session, Instant now) {
        if (!session.hasFinalizer(Names.FINALIZER)) {
            return new Step.Done();
        }
        DebugSessionStatus status = session.getStatus();
        Instant latest =
                Instant.parse(session.getMetadata().getDeletionTimestamp()).plus(limits.cleanup());
        boolean nobodyCleans = !status.placed() || agent(status) instanceof Presence.Absent;
        return status.finished() || nobodyCleans || !latest.isAfter(now)
                ? new Step.RemoveFinalizer()
                : new Step.Wait(Duration.between(now, latest));
    }

    private static Step ofFinished(DebugSession session, Instant now) {
        if (session.hasFinalizer(Names.FINALIZER)) {
            return new Step.RemoveFinalizer();
        }
        Instant until = finishedAt(session).plus(session.getSpec().retention());
        return until.isAfter(now) ? new Step.Wait(Duration.between(now, until)) : new Step.Delete();
    }

    private Step ofPlaced(DebugSession session, Instant now) {
        DebugSessionStatus status = session.getStatus();
        Instant end = expiry(session).plus(limits.expiry());
        if (!end.isAfter(now)) {
            return expired(session, now);
        }
        Presence agent = agent(status);
        if (agent instanceof Presence.Absent) {
            return lost(session, "agent pod %s is gone".formatted(status.agentPod()), now);
        }
        Optional<Instant> silentUntil = agent instanceof Presence.Unready(String _, Instant since)
                ? Optional.of(since.plus(limits.agentSilence()))
                : Optional.empty();
        if (silentUntil.filter(until -> !until.isAfter(now)).isPresent()) {
            return lost(
                    session,
                    "agent %s has not been ready for %d s"
                            .formatted(status.agentPod(), limits.agentSilence().toSeconds()),
                    now);
        }
        if (!Objects.equals(status.observedGeneration(), session.getMetadata().getGeneration())) {
            return new Step.Write(status.change()
                    .observedGeneration(session.getMetadata().getGeneration())
                    .expiresAt(expiry(session))
                    .done());
        }
        if (prepared(status)) {
            // Not before: a write in between would only get into the agent's way, who learns of a deletion by its watch
            // anyhow.
            return session.hasFinalizer(Names.FINALIZER) ? until(now, end, silentUntil) : new Step.AddFinalizer();
        }
        if (waitsForStart(status)) {
            return until(now, end, silentUntil);
        }
        Instant patience = since(status, ConditionType.SCHEDULED, now).plus(limits.preparation(session));
        return patience.isAfter(now)
                ? until(
                        now,
                        end,
                        Optional.of(silentUntil.filter(patience::isAfter).orElse(patience)))
                : new Step.GiveUpPreparation();
    }

    /** The agent says so itself: as long as it has not, it may be dead. */
    private static boolean waitsForStart(DebugSessionStatus status) {
        return status.condition(ConditionType.READY)
                .filter(ready -> ready.reason().equals(Reason.WAITING_FOR_START.text()))
                .isPresent();
    }

    private Presence agent(DebugSessionStatus status) {
        return status.agentPod() == null || status.nodeName() == null
                ? new Presence.Absent()
                : services.keeper(status.agentPod(), status.nodeName());
    }

    private static boolean prepared(DebugSessionStatus status) {
        return status.startedAt() != null || status.holds(ConditionType.READY) || status.holds(ConditionType.ATTACHED);
    }

    private static Step expired(DebugSession session, Instant now) {
        String message = "the session's time to live of %s is over"
                .formatted(session.getSpec().ttl());
        return new Step.Write(session.getStatus()
                .change()
                .observedGeneration(session.getMetadata().getGeneration())
                .expiresAt(expiry(session))
                .completed(Reason.EXPIRED, message, now)
                .done());
    }

    private static Step denied(DebugSession session, Reason reason, String message, Instant now) {
        StatusChange change = session.getStatus()
                .change()
                .observedGeneration(session.getMetadata().getGeneration());
        if (session.getStatus().condition(ConditionType.APPROVED).isPresent() || reason == Reason.APPROVAL_DENIED) {
            change.condition(ConditionType.APPROVED, false, reason, message, now);
        }
        return new Step.Write(change.stalled(reason, message, now).done());
    }

    private static Step lost(DebugSession session, String message, Instant now) {
        return new Step.Write(session.getStatus()
                .change()
                .agentLost(session.getSpec().recording(), message + ", and the session with it; attach again", now)
                .done());
    }

    private static Step until(Instant now, Instant end, Optional<Instant> sooner) {
        Instant next = sooner.filter(end::isAfter).orElse(end);
        return new Step.Wait(Duration.between(now, next));
    }

    private static Instant created(DebugSession session) {
        return Instant.parse(session.getMetadata().getCreationTimestamp());
    }

    private static Instant finishedAt(DebugSession session) {
        DebugSessionStatus status = session.getStatus();
        return Stream.of(
                        Optional.ofNullable(status.finishedAt()),
                        status.condition(ConditionType.COMPLETED).map(Condition::lastTransitionTime),
                        status.condition(ConditionType.STALLED).map(Condition::lastTransitionTime))
                .flatMap(Optional::stream)
                .max(Comparator.naturalOrder())
                .orElseGet(() -> created(session));
    }

    private static Instant since(DebugSessionStatus status, ConditionType type, Instant otherwise) {
        return status.condition(type).map(Condition::lastTransitionTime).orElse(otherwise);
    }
}
