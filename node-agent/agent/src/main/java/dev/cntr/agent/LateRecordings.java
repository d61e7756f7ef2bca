package dev.cntr.agent;

import dev.cntr.agent.recording.RecordingStore.Stored;
import dev.cntr.api.DebugSession;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says in the status of sessions that are over, and in the audit log, that their recordings have come to where they belong. */
final class LateRecordings implements Consumer<Stored> {
    private static final Logger log = LoggerFactory.getLogger(LateRecordings.class);
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final Duration PAUSE = Duration.ofMillis(200);

    private final Supplier<Optional<List<DebugSession>>> sessions;
    private final StatusWriter statuses;
    private final Clock clock;

    /** @param sessions of this node; empty as long as they are not known, at an agent's start */
    LateRecordings(Supplier<Optional<List<DebugSession>>> sessions, StatusWriter statuses, Clock clock) {
        this.sessions = sessions;
        this.statuses = statuses;
        this.clock = clock;
    }

    /** Tells it, after waiting for the node's sessions to be known if need be. */
    @Override
    public void accept(Stored stored) {
        Optional<DebugSession> session = known().stream()
                .filter(one -> SessionRecording.id(one).equals(stored.id()))
                .findFirst();
        if (session.isEmpty()) {
            log.info("the session of the recording {} is not there any more, or not known", stored.id());
            return;
        }
        Audit.recorded(session.get(), new SessionRecording.Kept(true, Optional.of(stored), Optional.empty()));
        statuses.writeAlsoWhereOver(
                session.get(), status -> SessionRecording.Kept.late(status, stored, clock.instant()));
    }

    private List<DebugSession> known() {
        try {
            for (Duration waited = Duration.ZERO; waited.compareTo(PATIENCE) < 0; waited = waited.plus(PAUSE)) {
                Optional<List<DebugSession>> known = sessions.get();
                if (known.isPresent()) {
                    return known.get();
                }
                Thread.sleep(PAUSE);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        return List.of();
    }
}
