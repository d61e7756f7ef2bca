package dev.cntr.agent;

import dev.cntr.api.ConditionType;
import dev.cntr.api.DebugSession;
import dev.cntr.api.DebugSessionStatus;
import dev.cntr.api.Reason;
import dev.cntr.api.StatusChange;
import dev.cntr.linux.proc.PinnedProcess;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A session's beginning: its target is found and its debug container made, and its status says that it is ready, what it waits for, or why it cannot be. */
final class SessionSetup {
    private static final Logger log = LoggerFactory.getLogger(SessionSetup.class);

    private final LiveSession live;
    private final SessionKey key;
    private final Preparation preparation;
    private final Metrics metrics;
    private final Executor executor;
    private final Clock clock;

    /** @param executor of what is done when the target has ended */
    SessionSetup(LiveSession live, Preparation preparation, Metrics metrics, Executor executor, Clock clock) {
        this.live = live;
        this.key = live.key();
        this.preparation = preparation;
        this.metrics = metrics;
        this.executor = executor;
        this.clock = clock;
    }

    /** Sets the session up, or has it fail. */
    void run() {
        DebugSession session = live.resource();
        try {
            Optional<FoundTarget> target = find(session);
            if (target.isPresent()) {
                make(session, target.get());
            }
        } catch (RuntimeException e) {
            log.warn("session {} uid={}: {}", key, key.uid(), AgentException.chain(e));
            log.debug("session {}: preparing it failed", key, e);
            live.fail(AgentException.reason(e), AgentException.chain(e));
        }
    }

    private Optional<FoundTarget> find(DebugSession session) {
        return session.getSpec().target().waitForStart()
                ? preparation.awaitStart(session, session.getStatus(), this::waitsForStart, live::isOver)
                : Optional.of(preparation.find(session, session.getStatus()));
    }

    private void make(DebugSession session, FoundTarget target) {
        long began = System.nanoTime();
        Prepared made;
        try {
            made = preparation.create(target, session, this::pullsImage);
        } catch (RuntimeException e) {
            target.close();
            throw e;
        }
        if (!live.adopt(target, made)) {
            made.close();
            target.close();
            return;
        }
        Duration took = Duration.ofNanos(System.nanoTime() - began);
        metrics.prepared(took);
        made.container().warnings().forEach(warning -> log.warn("session {} uid={}: {}", key, key.uid(), warning));
        PinnedProcess process = target.process();
        log.info(
                "session {} uid={}: debug container beside process {} created in {} us",
                key,
                key.uid(),
                process.pid(),
                took.toNanos() / 1000);
        process.onExit().thenRunAsync(() -> key.logged(this::targetEnded), soon());
        Instant now = clock.instant();
        live.write(status -> ready(status.change(), target, now));
        if (session.getSpec().unattended()) {
            live.runAlone(made.container());
        }
    }

    private Executor soon() {
        return CompletableFuture.delayedExecutor(SessionEnd.LAST_WORDS.toMillis(), TimeUnit.MILLISECONDS, executor);
    }

    private void targetEnded() {
        live.end(Reason.TARGET_GONE, "the container that was debugged has ended");
    }

    private void waitsForStart() {
        waits(
                Reason.WAITING_FOR_START,
                "the next start of container %s of pod %s is waited for"
                        .formatted(
                                live.resource().getStatus().containerName(),
                                live.resource().getSpec().target().podText()));
    }

    private void pullsImage() {
        waits(
                Reason.PULLING_IMAGE,
                "node %s pulls image %s"
                        .formatted(
                                live.resource().getStatus().nodeName(),
                                live.resource().getSpec().tools().image()));
    }

    private void waits(Reason reason, String message) {
        Instant now = clock.instant();
        live.write(status -> status.change()
                .condition(ConditionType.READY, false, reason, message, now)
                .condition(ConditionType.RECONCILING, true, reason, message, now)
                .done());
    }

    private DebugSessionStatus ready(StatusChange change, FoundTarget target, Instant now) {
        DebugSession session = live.resource();
        DebugSessionStatus known = session.getStatus();
        if (known.containerID() == null && known.containerName() != null) {
            change.container(known.containerName(), target.containerId());
        }
        return change.observedGeneration(session.getMetadata().getGeneration())
                .startedAt(now)
                .ready(readyText(session, target), now)
                .done();
    }

    private static String readyText(DebugSession session, FoundTarget target) {
        if (session.getSpec().unattended()) {
            return "the command runs; nobody attaches to it";
        }
        return target.held()
                ? "the container is stopped at its start; the debug container is created, and starts when a client attaches"
                : "the debug container is created; it starts when a client attaches";
    }
}
