package dev.cntr.operator;

import dev.cntr.api.DebugSession;
import dev.cntr.api.NodeDebugSession;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Sessions on nodes, which go the way of all sessions: {@link SessionReconciler}. */
@ControllerConfiguration(
        name = "nodedebugsessions",
        generationAwareEventProcessing = false,
        triggerReconcilerOnAllEvents = true)
final class NodeSessionReconciler implements Reconciler<NodeDebugSession> {
    private final SessionReconciler sessions;
    private final Settings settings;
    private final OperatorMetrics metrics;

    /** @param sessions is this one's alone */
    NodeSessionReconciler(SessionReconciler sessions, Settings settings, OperatorMetrics metrics) {
        this.sessions = sessions;
        this.settings = settings;
        this.metrics = metrics;
    }

    @Override
    public List<EventSource<?, NodeDebugSession>> prepareEventSources(EventSourceContext<NodeDebugSession> context) {
        NodePods<NodeDebugSession> pods = new NodePods<>(NodeDebugSession.class, context, settings);
        NodePolicies policies = new NodePolicies(context, settings.admissionPolicies());
        sessions.use(pods, policies, _ -> Map.of());
        metrics.countSessionsIn(
                "NodeDebugSession", () -> context.getPrimaryCache().list().map(NodeDebugSession::asSession));
        return Stream.of(pods.eventSources(), policies.eventSources())
                .flatMap(List::stream)
                .toList();
    }

    @Override
    public UpdateControl<NodeDebugSession> reconcile(NodeDebugSession session, Context<NodeDebugSession> context) {
        if (context.isPrimaryResourceDeleted()) {
            return UpdateControl.noUpdate();
        }
        UpdateControl<DebugSession> done = sessions.reconcile(session.asSession());
        UpdateControl<NodeDebugSession> same = UpdateControl.noUpdate();
        done.getScheduleDelay().ifPresent(millis -> same.rescheduleAfter(Duration.ofMillis(millis)));
        return same;
    }
}
