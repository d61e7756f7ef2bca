package dev.cntr.agent;

import dev.cntr.agent.retired.HeldSession;
import dev.cntr.api.Condition;
import dev.cntr.api.ConditionType;
import dev.cntr.api.DebugSession;
import dev.cntr.api.DebugSessionStatus;
import dev.cntr.api.Reason;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The sessions of this node: makes what is placed here, ends what is over. */
final class Sessions implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Sessions.class);
    /** Time for recordings to be put where they belong; less than the grace period of the agent's pod. */
    private static final Duration FAREWELL = Duration.ofSeconds(20);

    /** So long after the last session the memory that it took is given back: that stops this program for a moment. */
    private static final Duration REST = Duration.ofSeconds(10);

    private final Map<String, LiveSession> byUid = new ConcurrentHashMap<>();
    /** Uids of lost sessions whose containers go on. */
    private final Set<String> released = ConcurrentHashMap.newKeySet();

    private final ExecutorService executor = Executors.newThreadPerTaskExecutor(
            Thread.ofPlatform().daemon().name("session-", 0).factory());
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("expiry").factory());
    private final Preparation preparation;
    private final StatusWriter statuses;
    private final SessionRecording.Policy recordings;
    private final Metrics metrics;
    private final Clock clock;
    private final Predicate<String> elsewhere;
    private volatile boolean retired;
    private volatile boolean closing;
    private @Nullable Future<?> rest;

    /** @param elsewhere whether another process of this node keeps the session of that uid, which is left alone then */
    Sessions(
            Preparation preparation,
            StatusWriter statuses,
            SessionRecording.Policy recordings,
            Metrics metrics,
            Predicate<String> elsewhere,
            Clock clock) {
        this.elsewhere = elsewhere;
        this.preparation = preparation;
        this.metrics = metrics;
        this.recordings = recordings;
        this.statuses = statuses;
        this.clock = clock;
        metrics.sessions(byUid::size);
    }

    /** The session of that name that lives here. */
    Optional<LiveSession> find(String namespace, String name) {
        return byUid.values().stream()
                .filter(s ->
                        s.key().namespace().equals(namespace) && s.key().name().equals(name))
                .findFirst();
    }

    /** Whether the session of that uid lives here. */
    boolean has(String uid) {
        return byUid.containsKey(uid);
    }

    int count() {
        return byUid.size();
    }

    /** Brings what lives here in line with a session's resource as it is now. May be called with the same state any number of times. */
    void reconcile(DebugSession session) {
        DebugSessionStatus status = session.getStatus();
        if (status == null || !status.placed() || closing) {
            return;
        }
        String uid = session.getMetadata().getUid();
        LiveSession live = byUid.get(uid);
        boolean deleted = session.getMetadata().getDeletionTimestamp() != null;
        if (live != null) {
            live.update(session);
            if (status.finished()) {
                end(live, reasonOf(status), messageOf(status));
            } else if (deleted) {
                end(live, Reason.DELETED, "the session was deleted");
            }
        } else if (retired || elsewhere.test(uid)) {
            log.debug("session {} is not this agent's", SessionKey.of(session));
        } else if (status.finished()) {
            releaseAfterAgentLost(session);
        } else {
            if (deleted) {
                later(
                        session,
                        now -> now.change()
                                .completed(Reason.DELETED, "the session was deleted", clock.instant())
                                .done());
            } else if (status.startedAt() != null) {
                release(session);
                later(
                        session,
                        now -> now.change()
                                .agentLost(
                                        session.getSpec().recording(),
                                        "the node's agent was restarted, and its debug containers ended with it; create a"
                                                + " new session",
                                        clock.instant())
                                .done());
            } else {
                begin(session);
            }
        }
    }

    /** Of a session that the operator has said to be lost, before there was an agent again. */
    private void releaseAfterAgentLost(DebugSession session) {
        boolean lost = session.getStatus()
                .condition(ConditionType.STALLED)
                .filter(stalled -> stalled.reason().equals(Reason.AGENT_LOST.text()))
                .isPresent();
        if (lost) {
            release(session);
        }
    }

    /** Lets the container go on that an earlier agent has stopped for a session: once, for there may be another session that holds it. */
    private void release(DebugSession session) {
        if (session.getSpec().target().hold()
                && released.add(session.getMetadata().getUid())) {
            executor.execute(() -> SessionKey.of(session).logged(() -> preparation.release(session)));
        }
    }

    private void later(DebugSession session, UnaryOperator<DebugSessionStatus> change) {
        executor.execute(() -> SessionKey.of(session).logged(() -> statuses.write(session, change)));
    }

    /** A session's resource is gone: so is the session. */
    void forget(DebugSession session) {
        LiveSession live = byUid.get(session.getMetadata().getUid());
        released.remove(session.getMetadata().getUid());
        if (live != null) {
            end(live, Reason.DELETED, "the session was deleted");
        }
    }

    private void begin(DebugSession session) {
        LiveSession live = new LiveSession(session, preparation, statuses, executor, recordings, metrics, clock);
        if (byUid.putIfAbsent(live.key().uid(), live) != null) {
            return;
        }
        live.ended().thenRun(() -> {
            byUid.remove(live.key().uid(), live);
            restSoon();
        });
        executor.execute(() -> live.key().logged(live::prepare));
        expireInTime(live);
        session.getSpec().idleLimit().ifPresent(limit -> endWhenIdle(live, limit));
    }

    /** The collector would leave what sessions have left in the heap until that is as large as it may be. */
    private synchronized void restSoon() {
        if (rest != null) {
            rest.cancel(false);
        }
        if (!closing) {
            rest = timer.schedule(
                    () -> {
                        if (byUid.isEmpty()) {
                            System.gc();
                        }
                    },
                    REST.toMillis(),
                    TimeUnit.MILLISECONDS);
        }
    }

    /** Looks again when the session could have been idle for long enough, until it was. */
    private void endWhenIdle(LiveSession live, Duration limit) {
        if (live.ended().isDone() || closing) {
            return;
        }
        long left = limit.minus(live.idle()).toMillis();
        if (left <= 0) {
            end(live, Reason.IDLE_TIMEOUT, "nothing was typed or shown for " + limit.toSeconds() + " s");
            return;
        }
        var look = timer.schedule(() -> endWhenIdle(live, limit), left + 1, TimeUnit.MILLISECONDS);
        live.ended().thenRun(() -> look.cancel(false));
    }

    /** Ends a session at its time, which may be moved while it lives. */
    private void expireInTime(LiveSession live) {
        DebugSessionStatus status = live.resource().getStatus();
        Instant expires = status == null ? null : status.expiresAt();
        if (expires == null || live.ended().isDone() || closing) {
            return;
        }
        long left = Duration.between(clock.instant(), expires).toMillis();
        if (left <= 0) {
            end(live, Reason.EXPIRED, "the session's time to live is over; give more with --ttl");
            return;
        }
        var expiry = timer.schedule(() -> expireInTime(live), left, TimeUnit.MILLISECONDS);
        live.ended().thenRun(() -> expiry.cancel(false));
    }

    private void end(LiveSession live, Reason reason, String message) {
        executor.execute(() -> live.key().logged(() -> live.end(reason, message)));
    }

    private static Reason reasonOf(DebugSessionStatus status) {
        return ending(status).flatMap(c -> Reason.of(c.reason())).orElse(Reason.DELETED);
    }

    private static String messageOf(DebugSessionStatus status) {
        return ending(status)
                .map(Condition::message)
                .filter(message -> !message.isEmpty())
                .orElse("the session has ended");
    }

    private static Optional<Condition> ending(DebugSessionStatus status) {
        return status.condition(ConditionType.COMPLETED).or(() -> status.condition(ConditionType.STALLED));
    }

    /** Keeps the sessions that have a debug container, and no others: those that have none yet are for whoever serves the node next. */
    void retire() {
        retired = true;
        byUid.values().forEach(LiveSession::leave);
    }

    /** What is kept. */
    List<HeldSession> held() {
        return byUid.values().stream()
                .map(LiveSession::key)
                .map(key -> new HeldSession(key.uid(), key.namespace(), key.name()))
                .toList();
    }

    /** Ends those that are not among these uids: their resources have gone while nobody watched. */
    void endAllBut(Set<String> existing) {
        byUid.values().stream()
                .filter(live -> !existing.contains(live.key().uid()))
                .forEach(live -> end(live, Reason.DELETED, "the session was deleted"));
    }

    /** Ends all sessions, telling their clients why, and waits for that a bounded time. */
    @Override
    public void close() {
        closing = true;
        List<LiveSession> all = List.copyOf(byUid.values());
        all.forEach(live -> end(live, Reason.AGENT_LOST, "the node's agent is being stopped"));
        try {
            CompletableFuture.allOf(all.stream().map(LiveSession::ended).toArray(CompletableFuture[]::new))
                    .get(FAREWELL.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException e) {
            log.warn("not all sessions ended in time: {}", AgentException.chain(e));
        }
        timer.shutdownNow();
        executor.shutdownNow();
    }
}
