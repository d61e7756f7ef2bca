package dev.cntr.operator;

import dev.cntr.api.DebugSession;
import dev.cntr.api.NodeDebugSession;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;
import io.fabric8.kubernetes.api.model.PodStatusBuilder;
import io.fabric8.kubernetes.client.informers.cache.BasicItemStore;
import io.fabric8.kubernetes.client.informers.cache.Cache;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What a watch keeps of each object: that by which the operator decides. Of sessions, nodes and namespaces there may be thousands, and what a user writes into
 * an annotation may be a quarter of a megabyte.
 */
final class LeanStore<T extends HasMetadata> extends BasicItemStore<T> {
    /** How many objects a list asks for at once: what it holds of them before they are lean. */
    static final long PAGE = 200;

    private final Consumer<T> drop;

    private LeanStore(Consumer<T> drop) {
        super(Cache::metaNamespaceKeyFunc);
        this.drop = drop;
    }

    /** Keeps sessions, spec and status whole. */
    static LeanStore<DebugSession> ofSessions() {
        return new LeanStore<>(_ -> {});
    }

    /** Keeps sessions on nodes, spec and status whole. */
    static LeanStore<NodeDebugSession> ofNodeSessions() {
        return new LeanStore<>(_ -> {});
    }

    /** Keeps name, node and readiness of cntr's own pods. */
    static LeanStore<Pod> ofPods() {
        return new LeanStore<>(pod -> {
            pod.getMetadata().setLabels(null);
            pod.getMetadata().setOwnerReferences(List.of());
            pod.setSpec(new PodSpecBuilder()
                    .withNodeName(pod.getSpec().getNodeName())
                    .build());
            List<PodCondition> conditions = Optional.ofNullable(pod.getStatus())
                    .map(status -> status.getConditions().stream()
                            .filter(condition -> condition.getType().equals("Ready"))
                            .toList())
                    .orElseGet(List::of);
            pod.setStatus(new PodStatusBuilder().withConditions(conditions).build());
        });
    }

    /** Keeps the labels of namespaces. */
    static LeanStore<Namespace> ofNamespaces() {
        return new LeanStore<>(namespace -> {
            namespace.setSpec(null);
            namespace.setStatus(null);
        });
    }

    @Override
    public T put(String key, T item) {
        lighten(item);
        drop.accept(item);
        return super.put(key, item);
    }

    /** Takes from an object what nobody here reads; it is never written back whole. */
    static void lighten(HasMetadata item) {
        item.getMetadata().setAnnotations(new LinkedHashMap<>()); // JOSDK looks into them: not null
    }
}
