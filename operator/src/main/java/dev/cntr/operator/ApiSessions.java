package dev.cntr.operator;

import dev.cntr.api.DebugSession;
import dev.cntr.api.DebugSessionStatus;
import dev.cntr.api.Names;
import dev.cntr.api.Selector;
import dev.cntr.api.SessionEvents;
import dev.cntr.api.SessionObjects;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LabelSelectorBuilder;
import io.fabric8.kubernetes.api.model.LabelSelectorRequirement;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.net.HttpURLConnection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * {@link Sessions} over HTTP: one request a method, and Events beside it. Writes are JSON merge patches (RFC 7386) that carry the resource version, so that a lost race ends
 * in 409 rather than in a lost update.
 */
final class ApiSessions implements Sessions {
    private static final PatchContext MERGE = PatchContext.of(PatchType.JSON_MERGE);

    private final KubernetesClient client;
    private final SessionObjects objects;
    private final SessionEvents events;

    ApiSessions(KubernetesClient client, SessionEvents events) {
        this.client = client;
        this.objects = new SessionObjects(client);
        this.events = events;
    }

    @Override
    public @Nullable Pod targetPod(DebugSession session) {
        return client.pods()
                .inNamespace(session.getMetadata().getNamespace())
                .withName(session.getSpec().target().pod())
                .get();
    }

    @Override
    public @Nullable Node targetNode(DebugSession session) {
        return client.nodes().withName(session.getSpec().target().podText()).get();
    }

    @Override
    public List<Pod> selectedPods(DebugSession session) {
        Selector selector = Objects.requireNonNull(session.getSpec().target().selector(), "asked only of such");
        LabelSelector labels = new LabelSelectorBuilder()
                .withMatchLabels(selector.matchLabels())
                .withMatchExpressions(selector.matchExpressions().stream()
                        .map(one -> new LabelSelectorRequirement(one.key(), Names.word(one.operator()), one.values()))
                        .toList())
                .build();
        return client.pods()
                .inNamespace(session.getMetadata().getNamespace())
                .withLabelSelector(labels)
                .list()
                .getItems();
    }

    @Override
    public void make(DebugSession child) {
        try {
            client.resource(child).create();
        } catch (KubernetesClientException e) {
            if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
                throw e;
            }
        }
    }

    @Override
    public DebugSession write(DebugSession session, DebugSessionStatus status) {
        var patch = Map.of("metadata", Map.of("resourceVersion", version(session)), "status", status);
        String json = client.getKubernetesSerialization().asJson(patch);
        DebugSession written = objects.patchStatus(session, MERGE, json);
        events.written(written, session.getStatus());
        return written;
    }

    @Override
    public DebugSession addFinalizer(DebugSession session) {
        return finalizers(session, Stream.concat(session.getFinalizers().stream(), Stream.of(Names.FINALIZER)));
    }

    @Override
    public DebugSession removeFinalizer(DebugSession session) {
        return finalizers(session, session.getFinalizers().stream().filter(name -> !name.equals(Names.FINALIZER)));
    }

    @Override
    public void delete(DebugSession session) {
        objects.deleteUnchanged(session);
    }

    private DebugSession finalizers(DebugSession session, Stream<String> names) {
        List<String> finalizers = names.distinct().toList();
        String list = finalizers.isEmpty()
                ? "null"
                : client.getKubernetesSerialization().asJson(finalizers);
        String patch =
                "{\"metadata\":{\"resourceVersion\":\"%s\",\"finalizers\":%s}}".formatted(version(session), list);
        return objects.patch(session, MERGE, patch);
    }

    private static String version(DebugSession session) {
        return session.getMetadata().getResourceVersion();
    }
}
