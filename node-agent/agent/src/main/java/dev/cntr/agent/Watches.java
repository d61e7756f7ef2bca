package dev.cntr.agent;

import dev.cntr.api.DebugSession;
import dev.cntr.api.NodeDebugSession;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.FilterWatchListDeletable;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The sessions that the operator has placed on this node, of both kinds, as the API server has them; all changes are told to {@link Sessions}. */
final class Watches implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Watches.class);
    private static final String SELECTED_NODE = "status.nodeName";
    private static final Duration RESYNC = Duration.ofMinutes(10);

    private final Sessions sessions;
    private final SharedIndexInformer<DebugSession> ofPods;
    private final SharedIndexInformer<NodeDebugSession> ofNodes;

    /** Watches nothing yet. */
    Watches(KubernetesClient client, String node, Sessions sessions) {
        this.sessions = sessions;
        ofPods = watch(node, client.resources(DebugSession.class).inAnyNamespace());
        ofPods.addEventHandler(new Reconciler<>(session -> session));
        ofNodes = watch(node, client.resources(NodeDebugSession.class));
        ofNodes.addEventHandler(new Reconciler<>(NodeDebugSession::asSession));
    }

    private static <S extends HasMetadata> SharedIndexInformer<S> watch(
            String node, FilterWatchListDeletable<S, ?, Resource<S>> sessions) {
        SharedIndexInformer<S> informer =
                sessions.withField(SELECTED_NODE, node).runnableInformer(RESYNC.toMillis());
        informer.exceptionHandler((_, failure) -> {
            log.warn("watching the sessions of node {} failed: {}", node, AgentException.chain(failure));
            return true;
        });
        return informer;
    }

    /** Completes when all are known. */
    CompletionStage<Void> start() {
        return ofPods.start().thenCompose(_ -> ofNodes.start());
    }

    boolean synced() {
        return ofPods.hasSynced() && ofNodes.hasSynced();
    }

    /** All that are known. */
    List<DebugSession> all() {
        return Stream.concat(
                        ofPods.getStore().list().stream(),
                        ofNodes.getStore().list().stream().map(NodeDebugSession::asSession))
                .toList();
    }

    @Override
    public void close() {
        ofPods.stop();
        ofNodes.stop();
    }

    /**
     * Tells of changes of sessions of a kind.
     *
     * @param session what one is to all others here
     */
    private final class Reconciler<S> implements ResourceEventHandler<S> {
        private final Function<S, DebugSession> session;

        Reconciler(Function<S, DebugSession> session) {
            this.session = session;
        }

        @Override
        public void onAdd(S added) {
            sessions.reconcile(session.apply(added));
        }

        @Override
        public void onUpdate(S old, S updated) {
            sessions.reconcile(session.apply(updated));
        }

        @Override
        public void onDelete(S deleted, boolean unknownFinalState) {
            sessions.forget(session.apply(deleted));
        }
    }
}
