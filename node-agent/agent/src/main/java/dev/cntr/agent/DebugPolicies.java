package dev.cntr.agent;

import dev.cntr.api.Ceiling;
import dev.cntr.api.DebugPolicy;
import dev.cntr.api.DebugSession;
import dev.cntr.api.Reason;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The cluster's DebugPolicies as this node knows them by a watch. What the API server has admitted and the operator has placed is checked once more
 * before anything is entered: a session that somebody got past both, for instance with the operator's token, fails here.
 */
final class DebugPolicies implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(DebugPolicies.class);
    private static final Duration RESYNC = Duration.ofMinutes(10);

    private final KubernetesClient client;
    private final boolean approvalsAreGuarded;
    private final SharedIndexInformer<DebugPolicy> policies;

    /** @param approvalsAreGuarded whether cntr's admission policies are in force */
    DebugPolicies(KubernetesClient client, boolean approvalsAreGuarded) {
        this.approvalsAreGuarded = approvalsAreGuarded;
        this.client = client;
        policies = client.resources(DebugPolicy.class).runnableInformer(RESYNC.toMillis());
        policies.exceptionHandler((started, failure) -> {
            log.warn("watching the DebugPolicies failed: {}", AgentException.chain(failure));
            return true;
        });
    }

    /** Begins to watch; completes when all policies are known. */
    CompletionStage<Void> start() {
        return policies.start();
    }

    /** Whether all policies are known. */
    boolean known() {
        return policies.hasSynced();
    }

    /**
     * Lets a session pass that every policy of its namespace allows.
     *
     * @throws AgentException with the reason why not for any other, and where the policies are not known
     */
    void check(DebugSession session) {
        if (!known()) {
            throw new AgentException("the cluster's DebugPolicies are not known on this node yet; attach again");
        }
        List<DebugPolicy> all = policies.getStore().list();
        Map<String, String> labels = all.isEmpty() ? Map.of() : labels(session);
        switch (Ceiling.over(session, labels, all, approvalsAreGuarded)) {
            case Ceiling.Denied(Reason reason, String message) -> throw new AgentException(reason, message);
            case Ceiling.Pending(String message) -> throw new AgentException(Reason.POLICY_DENIED, message);
            case Ceiling.Allowed _ -> {}
        }
    }

    private Map<String, String> labels(DebugSession session) {
        String name = session.getMetadata().getNamespace();
        Namespace namespace = client.namespaces().withName(name).get();
        if (namespace == null) {
            throw new AgentException("namespace " + name + " is gone");
        }
        Map<String, String> labels = namespace.getMetadata().getLabels();
        return labels == null ? Map.of() : labels;
    }

    @Override
    public void close() {
        policies.stop();
    }
}
