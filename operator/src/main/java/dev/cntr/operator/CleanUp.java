package dev.cntr.operator;

import dev.cntr.api.DebugSession;
import dev.cntr.api.Names;
import dev.cntr.api.NodeDebugSession;
import dev.cntr.api.SessionObjects;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesResourceList;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Listable;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.io.PrintStream;
import java.net.HttpURLConnection;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * {@code cntr-operator cleanup}, which the chart runs before an uninstall: ends all sessions of the cluster while there are agents to clean their
 * nodes and an operator to let the objects go. What is left when that takes too long loses its finalizer, so that nothing hangs afterwards.
 */
final class CleanUp {
    /** The operator takes a finalizer off after {@link Limits#cleanup} at the latest; this is thrice that. */
    static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final Duration POLL = Duration.ofMillis(300);

    private final KubernetesClient client;
    private final SessionObjects objects;
    private final PrintStream out;

    CleanUp(KubernetesClient client, PrintStream out) {
        this.client = client;
        this.objects = new SessionObjects(client);
        this.out = out;
    }

    /**
     * Deletes all sessions and waits until their objects are gone.
     *
     * @param patience for operator and agents, and then once more without the finalizers
     * @return whether none is left
     */
    boolean run(Duration patience) throws InterruptedException {
        List<DebugSession> left = endAll(patience);
        for (DebugSession session : left) {
            out.printf(
                    "session %s is still there after %d s: its finalizer is taken off, node %s may not be clean%n",
                    name(session), patience.toSeconds(), session.getStatus().nodeName());
            free(session);
        }
        if (!left.isEmpty()) {
            left = endAll(patience);
        }
        left.forEach(session -> out.printf("session %s cannot be ended%n", name(session)));
        return left.isEmpty();
    }

    private List<DebugSession> endAll(Duration patience) throws InterruptedException {
        long begin = System.nanoTime();
        while (true) {
            List<DebugSession> left = sessions();
            if (left.isEmpty() || System.nanoTime() - begin > patience.toNanos()) {
                return left;
            }
            left.stream().filter(session -> !session.isMarkedForDeletion()).forEach(session -> {
                out.printf("ending session %s%n", name(session));
                objects.delete(session);
            });
            Thread.sleep(POLL);
        }
    }

    private List<DebugSession> sessions() {
        return Stream.concat(
                        all(client.resources(DebugSession.class).inAnyNamespace()).stream(),
                        all(client.resources(NodeDebugSession.class)).stream().map(NodeDebugSession::asSession))
                .toList();
    }

    /** None, too, where the API server does not know the resource. */
    private static <S extends HasMetadata> List<S> all(Listable<? extends KubernetesResourceList<S>> resources) {
        try {
            return FreshRights.awaited(() -> resources.list().getItems());
        } catch (KubernetesClientException e) {
            if (e.getCode() == HttpURLConnection.HTTP_NOT_FOUND) {
                return List.of();
            }
            throw e;
        }
    }

    /** By a JSON patch (RFC 6902), so that finalizers that are not cntr's stay. */
    private void free(DebugSession session) {
        if (!session.hasFinalizer(Names.FINALIZER)) {
            return;
        }
        List<String> others = session.getFinalizers().stream()
                .filter(finalizer -> !finalizer.equals(Names.FINALIZER))
                .toList();
        String patch = client.getKubernetesSerialization()
                .asJson(List.of(Map.of("op", "replace", "path", "/metadata/finalizers", "value", others)));
        try {
            objects.patch(session, PatchContext.of(PatchType.JSON), patch);
        } catch (KubernetesClientException e) {
            if (e.getCode() != HttpURLConnection.HTTP_NOT_FOUND) {
                throw e;
            }
        }
    }

    private static String name(DebugSession session) {
        return session.title();
    }
}
