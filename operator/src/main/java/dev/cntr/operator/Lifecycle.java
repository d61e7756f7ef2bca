package dev.cntr.operator;

import dev.cntr.api.Condition;
import dev.cntr.api.ConditionType;
import dev.cntr.api.DebugSession;
import dev.cntr.api.DebugSessionStatus;
import dev.cntr.api.Names;
import dev.cntr.api.Reason;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/** Names the next step for a session, from what it is now and what time it is. Pure, and blind to what happened before. */
final class Lifecycle {
    private final NodeServices services;
    private final Limits limits;

    Lifecycle(NodeServices services, Limits limits) {
        this.services = services;
        this.limits = limits;
    }

    /** When a session ends at the latest. */
    static Instant expiry(DebugSession session) {
        return created(session).plus(session.getSpec().timeToLive());
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
        if (status.placed()) {
            return ofPlaced(session, now);
        }
        return expiry(session).isAfter(now) ? new Step.Place() : expired(session, now);
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
        Instant patience = since(status, ConditionType.SCHEDULED, now).plus(limits.preparation());
        return patience.isAfter(now)
                ? until(
                        now,
                        end,
                        Optional.of(silentUntil.filter(patience::isAfter).orElse(patience)))
                : new Step.GiveUpPreparation();
    }

    private Presence agent(DebugSessionStatus status) {
        return status.agentPod() == null ? new Presence.Absent() : services.agent(status.agentPod());
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
