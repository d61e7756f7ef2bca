package dev.cntr.agent;

import dev.cntr.api.ApprovalStanding;
import dev.cntr.api.Ceiling;
import dev.cntr.api.ChildSession;
import dev.cntr.api.DebugPolicy;
import dev.cntr.api.DebugSession;
import dev.cntr.api.Reason;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
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
        if (session.getSpec().unattended() && !approvalsAreGuarded) {
            throw new AgentException(
                    Reason.POLICY_DENIED,
                    "a session without keys runs its command by the rights of who made it, and cntr's admission policies, which"
                            + " look at these, are not in force (policies.enabled)");
        }
        DebugSession asked = ChildSession.parentOf(session)
                .map(owner -> parent(session, owner))
                .orElse(session);
        List<DebugPolicy> all = policies.getStore().list();
        Map<String, String> labels = all.isEmpty() ? Map.of() : labels(session);
        switch (Ceiling.over(asked, labels, all, approvalsAreGuarded)) {
            case Ceiling.Denied(Reason reason, String message) -> throw new AgentException(reason, message);
            case Ceiling.Pending(String message, ApprovalStanding _) ->
                throw new AgentException(Reason.POLICY_DENIED, message);
            case Ceiling.Allowed _ -> {}
        }
    }

    /** What was admitted, and maybe approved, is the session that this one was made for. */
    private DebugSession parent(DebugSession session, OwnerReference owner) {
        DebugSession parent = client.resources(DebugSession.class)
                .inNamespace(session.getMetadata().getNamespace())
                .withName(owner.getName())
                .get();
        if (parent == null || !parent.getMetadata().getUid().equals(owner.getUid())) {
            throw new AgentException(
                    Reason.DELETED, "session " + owner.getName() + ", for which this one was made, is gone");
        }
        return parent;
    }

    private Map<String, String> labels(DebugSession session) {
        String name = session.getMetadata().getNamespace();
        HasMetadata place = session.ofNode()
                ? client.nodes().withName(session.getSpec().target().podText()).get()
                : client.namespaces().withName(name).get();
        if (place == null) {
            throw new AgentException(
                    session.ofNode() ? "this node is no more of the cluster" : "namespace " + name + " is gone");
        }
        Map<String, String> labels = place.getMetadata().getLabels();
        return labels == null ? Map.of() : labels;
    }

    @Override
    public void close() {
        policies.stop();
    }
}
