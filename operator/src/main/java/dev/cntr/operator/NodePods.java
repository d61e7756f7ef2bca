package dev.cntr.operator;

import dev.cntr.api.DebugSessionStatus;
import dev.cntr.api.Names;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.client.CustomResource;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.IndexerResourceCache;
import io.javaoperatorsdk.operator.processing.event.source.SecondaryToPrimaryMapper;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * {@link NodeServices} from two watches: the agent pods and the relay pods, each in its own namespace. A change of one of them wakes the sessions of its
 * node and those that wait for a node.
 */
final class NodePods<S extends CustomResource<?, DebugSessionStatus>> implements NodeServices {
    private static final String BY_NODE = "node";
    private static final String UNPLACED = "";

    private final String agentNamespace;
    private final InformerEventSource<Pod, S> agents;
    private final InformerEventSource<Pod, S> relays;
    private final boolean agentsLinger;
    private final Instant began = Instant.now();

    /** When a node's agent pods have last changed, as long as this program runs. */
    private final Map<String, Instant> changed = new ConcurrentHashMap<>();

    /** @param kind of the sessions that are woken */
    NodePods(Class<S> kind, EventSourceContext<S> context, Settings settings) {
        agentNamespace = settings.systemNamespace();
        agentsLinger = settings.agentsLinger();
        IndexerResourceCache<S> sessions = context.getPrimaryCache();
        sessions.addIndexer(BY_NODE, session -> nodeOf(session));
        agents = watch(kind, context, Names.AGENT, agentNamespace, pod -> {
            Optional.ofNullable(pod.getSpec().getNodeName()).ifPresent(node -> changed.put(node, Instant.now()));
            return concerned(sessions, pod);
        });
        relays = watch(kind, context, Names.RELAY, settings.relayNamespace(), pod -> concerned(sessions, pod));
    }

    /** What JOSDK has to start. */
    List<EventSource<?, S>> eventSources() {
        return List.of(agents, relays);
    }

    @Override
    public Presence agentOn(String node) {
        return best(agents.byIndex(BY_NODE, node));
    }

    @Override
    public Presence relayOn(String node) {
        return best(relays.byIndex(BY_NODE, node));
    }

    /** A pod that has gone is followed by another; the time until then counts as one in which it is not ready. */
    @Override
    public Presence keeper(String pod, String node) {
        Presence own =
                best(agents.get(new ResourceID(pod, agentNamespace)).stream().toList());
        if (!agentsLinger || own instanceof Presence.Ready) {
            return own;
        }
        Presence another = agentOn(node);
        return another instanceof Presence.Absent
                ? new Presence.Unready(pod, changed.getOrDefault(node, began))
                : another;
    }

    private static <S extends CustomResource<?, DebugSessionStatus>> InformerEventSource<Pod, S> watch(
            Class<S> kind,
            EventSourceContext<S> context,
            String component,
            String namespace,
            SecondaryToPrimaryMapper<Pod> concerned) {
        var source = new InformerEventSource<Pod, S>(
                InformerEventSourceConfiguration.from(Pod.class, kind)
                        .withName(component)
                        .withNamespaces(Set.of(namespace))
                        .withLabelSelector(
                                "%s=%s,%s=%s".formatted(Names.APP_LABEL, Names.APP, Names.COMPONENT_LABEL, component))
                        .withItemStore(LeanStore.ofPods())
                        .withInformerListLimit(LeanStore.PAGE)
                        .withSecondaryToPrimaryMapper(concerned)
                        .build(),
                context);
        source.addIndexers(Map.of(
                BY_NODE,
                pod -> Optional.ofNullable(pod.getSpec().getNodeName()).stream().toList()));
        return source;
    }

    private static <S extends CustomResource<?, DebugSessionStatus>> Set<ResourceID> concerned(
            IndexerResourceCache<S> sessions, Pod pod) {
        return Stream.of(Optional.ofNullable(pod.getSpec().getNodeName()), Optional.of(UNPLACED))
                .flatMap(Optional::stream)
                .flatMap(node -> sessions.byIndex(BY_NODE, node).stream())
                .map(ResourceID::fromResource)
                .collect(Collectors.toSet());
    }

    private static List<String> nodeOf(CustomResource<?, DebugSessionStatus> session) {
        if (session.getStatus().finished()) {
            return List.of();
        }
        String node = session.getStatus().nodeName();
        return List.of(node == null ? UNPLACED : node);
    }

    /** During an update a node may have two: the one that serves counts. */
    static Presence best(Collection<Pod> pods) {
        return pods.stream()
                .map(NodePods::presence)
                .max(Comparator.comparing(presence -> presence instanceof Presence.Ready))
                .orElseGet(Presence.Absent::new);
    }

    private static Presence presence(Pod pod) {
        String name = pod.getMetadata().getName();
        Optional<PodCondition> readiness = Optional.ofNullable(pod.getStatus())
                .flatMap(status -> status.getConditions().stream()
                        .filter(condition -> condition.getType().equals("Ready"))
                        .findFirst());
        boolean deleted = pod.isMarkedForDeletion();
        if (!deleted
                && readiness
                        .filter(condition -> condition.getStatus().equals("True"))
                        .isPresent()) {
            return new Presence.Ready(name);
        }
        String since = deleted
                ? pod.getMetadata().getDeletionTimestamp()
                : readiness
                        .map(PodCondition::getLastTransitionTime)
                        .orElseGet(() -> pod.getMetadata().getCreationTimestamp());
        return new Presence.Unready(name, Instant.parse(since));
    }
}
