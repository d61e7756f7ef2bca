package dev.cntr.operator;

import dev.cntr.api.Ceiling;
import dev.cntr.api.DebugPolicy;
import dev.cntr.api.DebugSession;
import dev.cntr.api.Reason;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.IndexerResourceCache;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * {@link Policies} from two watches: of the DebugPolicies and of the namespaces, whose labels they select by. A change of one of them wakes the sessions
 * that are not over, so that no session outlives what a policy allows.
 */
final class DebugPolicies implements Policies {
    private final KubernetesClient client;
    private final boolean approvalsAreGuarded;
    private final IndexerResourceCache<DebugSession> sessions;
    private final InformerEventSource<DebugPolicy, DebugSession> policies;
    private final InformerEventSource<Namespace, DebugSession> namespaces;

    /** @param approvalsAreGuarded whether cntr's admission policies are in force */
    DebugPolicies(EventSourceContext<DebugSession> context, boolean approvalsAreGuarded) {
        this.approvalsAreGuarded = approvalsAreGuarded;
        client = context.getClient();
        sessions = context.getPrimaryCache();
        policies = new InformerEventSource<>(
                InformerEventSourceConfiguration.from(DebugPolicy.class, DebugSession.class)
                        .withName("policies")
                        .withSecondaryToPrimaryMapper(_ -> unfinished(sessions, _ -> true))
                        .build(),
                context);
        namespaces = new InformerEventSource<>(
                InformerEventSourceConfiguration.from(Namespace.class, DebugSession.class)
                        .withName("namespaces")
                        .withItemStore(LeanStore.ofNamespaces())
                        .withInformerListLimit(LeanStore.PAGE)
                        .withSecondaryToPrimaryMapper(namespace -> unfinished(
                                sessions,
                                session -> namespace
                                        .getMetadata()
                                        .getName()
                                        .equals(session.getMetadata().getNamespace())))
                        .withOnUpdateFilter((now, before) -> !labels(now).equals(labels(before)))
                        .build(),
                context);
    }

    /** What JOSDK has to start. */
    List<EventSource<?, DebugSession>> eventSources() {
        return List.of(policies, namespaces);
    }

    @Override
    public Ceiling over(DebugSession session) {
        List<DebugPolicy> all = policies.list().toList();
        return Family.asked(sessions, session)
                .map(asked -> Ceiling.over(asked, all.isEmpty() ? Map.of() : labelsOf(asked), all, approvalsAreGuarded))
                .orElseGet(() -> new Ceiling.Denied(Reason.DELETED, "the session for which this one was made is gone"));
    }

    /** A namespace may be younger than what the watch has told. */
    private Map<String, String> labelsOf(DebugSession session) {
        String name = session.getMetadata().getNamespace();
        Namespace namespace = namespaces
                .get(new ResourceID(name))
                .orElseGet(() -> client.namespaces().withName(name).get());
        return namespace == null ? Map.of() : labels(namespace);
    }

    private static Map<String, String> labels(Namespace namespace) {
        Map<String, String> labels = namespace.getMetadata().getLabels();
        return labels == null ? Map.of() : labels;
    }

    private static Set<ResourceID> unfinished(
            IndexerResourceCache<DebugSession> sessions, Predicate<DebugSession> concerned) {
        return sessions.list(session -> !session.getStatus().finished())
                .filter(concerned)
                .map(ResourceID::fromResource)
                .collect(Collectors.toSet());
    }
}
