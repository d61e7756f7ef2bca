package dev.cntr.operator;

import dev.cntr.api.Ceiling;
import dev.cntr.api.DebugPolicy;
import dev.cntr.api.DebugSession;
import dev.cntr.api.NodeDebugSession;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * {@link Policies} for sessions on nodes: a watch of the DebugPolicies, whose changes wake the sessions that are not over. The nodes' labels are read where there is a policy, at each look at a session.
 */
final class NodePolicies implements Policies {
    private final KubernetesClient client;
    private final boolean approvalsAreGuarded;
    private final InformerEventSource<DebugPolicy, NodeDebugSession> policies;

    /** @param approvalsAreGuarded whether cntr's admission policies are in force */
    NodePolicies(EventSourceContext<NodeDebugSession> context, boolean approvalsAreGuarded) {
        this.approvalsAreGuarded = approvalsAreGuarded;
        client = context.getClient();
        policies = new InformerEventSource<>(
                InformerEventSourceConfiguration.from(DebugPolicy.class, NodeDebugSession.class)
                        .withName("policies")
                        .withSecondaryToPrimaryMapper(_ -> context.getPrimaryCache()
                                .list(session -> !session.getStatus().finished())
                                .map(ResourceID::fromResource)
                                .collect(Collectors.toSet()))
                        .build(),
                context);
    }

    /** What JOSDK has to start. */
    List<EventSource<?, NodeDebugSession>> eventSources() {
        return List.of(policies);
    }

    @Override
    public Ceiling over(DebugSession session) {
        List<DebugPolicy> all = policies.list().toList();
        return Ceiling.over(session, all.isEmpty() ? Map.of() : labels(session), all, approvalsAreGuarded);
    }

    private Map<String, String> labels(DebugSession session) {
        Node node =
                client.nodes().withName(session.getSpec().target().podText()).get();
        Map<String, String> labels = node == null ? null : node.getMetadata().getLabels();
        return labels == null ? Map.of() : labels;
    }
}
