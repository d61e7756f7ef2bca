package dev.cntr.operator;

import dev.cntr.api.ConditionType;
import dev.cntr.api.DebugSession;
import dev.cntr.api.DebugSessionStatus;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import java.net.HttpURLConnection;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out the steps that {@link Lifecycle} and {@link Placement} name, until there is one to wait for. Reconciliation is level-based: an event says
 * only that it is time to look.
 *
 * <p>The finalizer is cntr's own affair rather than JOSDK's, which would add it before the first look and cost each session one more write on its way.
 */
@ControllerConfiguration(
        name = "debugsessions",
        generationAwareEventProcessing = false,
        triggerReconcilerOnAllEvents = true)
final class SessionReconciler implements Reconciler<DebugSession> {
    private static final Logger LOG = LoggerFactory.getLogger(SessionReconciler.class);

    /**
     * A session that waits for longer is looked at in between, which asks the API server nothing: the library remembers a wait that something else has ended until
     * its time would have come, and a session's time to live may be a day.
     */
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(10);

    /** Later than any watch event of the write that won a race. */
    private static final Duration AFTER_CONFLICT = Duration.ofSeconds(1);

    /** Each session that was made wakes the one that it was made for; this is for one that was there before. */
    private static final Duration AFTER_MAKING = Duration.ofSeconds(2);

    /** No session needs more writes in a row; one that does has two writers that undo each other. */
    private static final int MOST_STEPS = 8;

    private final Sessions sessions;
    private final Settings settings;
    private final Limits limits;
    private final InstantSource clock;
    private final OperatorMetrics metrics;
    private Optional<Rules> rules = Optional.empty();
    private Optional<Family> family = Optional.empty();

    private record Rules(Lifecycle lifecycle, Placement placement, FanOut.Children children) {}

    SessionReconciler(
            Sessions sessions, Settings settings, Limits limits, InstantSource clock, OperatorMetrics metrics) {
        this.sessions = sessions;
        this.settings = settings;
        this.limits = limits;
        this.clock = clock;
        this.metrics = metrics;
    }

    @Override
    public List<EventSource<?, DebugSession>> prepareEventSources(EventSourceContext<DebugSession> context) {
        NodePods pods = new NodePods<>(DebugSession.class, context, settings);
        DebugPolicies policies = new DebugPolicies(context, settings.admissionPolicies());
        Family sessionsAndTheirs = new Family(context);
        family = Optional.of(sessionsAndTheirs);
        use(pods, policies, sessionsAndTheirs);
        metrics.countSessionsIn("DebugSession", context.getPrimaryCache()::list);
        return Stream.of(pods.eventSources(), policies.eventSources(), sessionsAndTheirs.eventSources())
                .flatMap(List::stream)
                .toList();
    }

    /** Decides by these agents, relays and policies from now on. */
    void use(NodeServices services, Policies policies, FanOut.Children children) {
        rules = Optional.of(new Rules(
                new Lifecycle(services, policies, limits), new Placement(services, limits, settings), children));
    }

    @Override
    public UpdateControl<DebugSession> reconcile(DebugSession session, Context<DebugSession> context) {
        family.ifPresent(known -> known.wakeParent(session));
        return context.isPrimaryResourceDeleted() ? UpdateControl.noUpdate() : reconcile(session);
    }

    UpdateControl<DebugSession> reconcile(DebugSession session) {
        try {
            return walk(session);
        } catch (KubernetesClientException e) {
            return switch (e.getCode()) {
                case HttpURLConnection.HTTP_NOT_FOUND -> UpdateControl.noUpdate();
                case HttpURLConnection.HTTP_CONFLICT -> again(AFTER_CONFLICT);
                default ->
                    throw new OperatorException(
                            "failed to reconcile debugsession %s; it is tried again".formatted(session.title()), e);
            };
        }
    }

    private UpdateControl<DebugSession> walk(DebugSession session) {
        Rules rule = rules.orElseThrow();
        DebugSession current = session;
        for (int i = 0; i < MOST_STEPS; i++) {
            var now = clock.instant();
            Step step = switch (rule.lifecycle().next(current, now)) {
                case Step.Place() -> place(rule, current, now);
                case Step.GiveUpPreparation() ->
                    current.ofNode()
                            ? rule.placement().giveUpPreparation(current, now)
                            : rule.placement().giveUpPreparation(current, sessions.targetPod(current), now);
                case Step other -> other;
            };
            switch (step) {
                case Step.Write(DebugSessionStatus status) -> current = write(current, status);
                case Step.WriteAndWait(DebugSessionStatus status, Duration duration) -> {
                    write(current, status);
                    return again(duration);
                }
                case Step.Make(List<DebugSession> children) -> {
                    children.forEach(sessions::make);
                    log(current, "%d sessions made".formatted(children.size()));
                    return again(AFTER_MAKING);
                }
                case Step.AddFinalizer() -> current = sessions.addFinalizer(current);
                case Step.RemoveFinalizer() -> {
                    current = sessions.removeFinalizer(current);
                    if (current.isMarkedForDeletion()) {
                        return UpdateControl.noUpdate();
                    }
                }
                case Step.Delete() -> {
                    sessions.delete(current);
                    log(current, "deleted after its retention");
                    return UpdateControl.noUpdate();
                }
                case Step.Wait(Duration duration) -> {
                    return again(duration);
                }
                case Step.Done() -> {
                    return UpdateControl.noUpdate();
                }
                case Step.Place _, Step.GiveUpPreparation _ ->
                    throw new IllegalStateException("a step of the placement needs no further look at the pod");
            }
        }
        return again(AFTER_CONFLICT);
    }

    private Step place(Rules rule, DebugSession session, Instant now) {
        if (session.ofNode()) {
            return rule.placement().decide(session, sessions.targetNode(session), now);
        }
        return session.getSpec().target().selector() == null
                ? rule.placement().decide(session, sessions.targetPod(session), now)
                : FanOut.next(session, () -> sessions.selectedPods(session), rule.children(), now);
    }

    private DebugSession write(DebugSession session, DebugSessionStatus status) {
        DebugSession written = sessions.write(session, status);
        metrics.wrote(session, status);
        status.condition(ConditionType.READY).ifPresent(ready -> log(written, ready.reason()));
        return written;
    }

    /** A millisecond more than the time to wait, so that it has passed when the timer rings. */
    private static UpdateControl<DebugSession> again(Duration duration) {
        Duration bounded = duration.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : duration;
        return UpdateControl.<DebugSession>noUpdate().rescheduleAfter(bounded.plusMillis(1));
    }

    private static void log(DebugSession session, String what) {
        LOG.atInfo()
                .addKeyValue("sessionUID", session.getMetadata().getUid())
                .addKeyValue("session", session.title())
                .addKeyValue("pod", session.getSpec().target().podText())
                .addKeyValue("node", session.getStatus().nodeName())
                .log(what);
    }
}
