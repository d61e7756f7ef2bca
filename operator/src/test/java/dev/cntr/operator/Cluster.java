package dev.cntr.operator;

import dev.cntr.api.Approval;
import dev.cntr.api.Ceiling;
import dev.cntr.api.DebugPolicy;
import dev.cntr.api.DebugPolicySpec;
import dev.cntr.api.DebugSession;
import dev.cntr.api.DebugSessionSpec;
import dev.cntr.api.DebugSessionSpec.Attach;
import dev.cntr.api.DebugSessionSpec.Target;
import dev.cntr.api.Names;
import dev.cntr.api.Selector;
import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Objects of a small cluster: pod {@code web} with containers app and log, on node n1. */
final class Cluster {
    static final Instant CREATED = Instant.parse("2026-05-04T03:00:00Z");
    static final ContainerState RUNNING =
            new ContainerStateBuilder().withNewRunning().endRunning().build();
    static final NodeServices SERVED = services(new Presence.Ready("agent-1"), new Presence.Ready("relay-1"));

    static final Policies NO_POLICIES = policies();

    private Cluster() {}

    /** Of every namespace. */
    static DebugPolicy policy(String name, String maxTtl) {
        DebugPolicy policy = new DebugPolicy();
        policy.setMetadata(new ObjectMetaBuilder().withName(name).build());
        policy.setSpec(new DebugPolicySpec(new Selector(null, null), maxTtl, null, null));
        return policy;
    }

    static Policies policies(DebugPolicy... policies) {
        return session -> Ceiling.over(session, Map.of(), List.of(policies), true);
    }

    static DebugSession session() {
        DebugSession session = new DebugSession();
        session.setMetadata(new ObjectMetaBuilder()
                .withNamespace("shop")
                .withName("web-x1")
                .withUid("session-uid")
                .withGeneration(1L)
                .withCreationTimestamp(CREATED.toString())
                .build());
        session.setSpec(spec("10m"));
        return session;
    }

    static DebugSessionSpec spec(String ttl) {
        return spec(ttl, null);
    }

    static DebugSessionSpec spec(String ttl, @Nullable String requester, Approval... approvals) {
        return new DebugSessionSpec(
                new Target("web", "app"),
                null,
                null,
                new Attach(List.of("ed25519:key")),
                ttl,
                300,
                null,
                null,
                requester,
                List.of(approvals));
    }

    static Pod web(@Nullable ContainerState app) {
        return new PodBuilder()
                .withNewMetadata()
                .withNamespace("shop")
                .withName("web")
                .withUid("pod-uid")
                .endMetadata()
                .withNewSpec()
                .withNodeName("n1")
                .addNewContainer()
                .withName("app")
                .endContainer()
                .addNewContainer()
                .withName("log")
                .endContainer()
                .endSpec()
                .withNewStatus()
                .withPhase("Running")
                .addNewContainerStatus()
                .withName("app")
                .withContainerID(app == null || app.getRunning() == null ? null : "containerd://abc")
                .withState(app)
                .endContainerStatus()
                .endStatus()
                .build();
    }

    static Pod ownPod(String component, String name, boolean ready) {
        return new PodBuilder()
                .withNewMetadata()
                .withNamespace("cntr-" + (component.equals(Names.AGENT) ? "system" : "relay"))
                .withName(name)
                .withCreationTimestamp(CREATED.toString())
                .addToLabels(Names.APP_LABEL, Names.APP)
                .addToLabels(Names.COMPONENT_LABEL, component)
                .endMetadata()
                .withNewSpec()
                .withNodeName("n1")
                .endSpec()
                .withNewStatus()
                .addNewCondition()
                .withType("Ready")
                .withStatus(ready ? "True" : "False")
                .withLastTransitionTime(CREATED.toString())
                .endCondition()
                .endStatus()
                .build();
    }

    /** Every node has these; every agent pod that a session names is this one. */
    static NodeServices services(Presence agent, Presence relay) {
        return new NodeServices() {
            @Override
            public Presence agentOn(String node) {
                return agent;
            }

            @Override
            public Presence relayOn(String node) {
                return relay;
            }

            @Override
            public Presence keeper(String pod, String node) {
                return agent;
            }
        };
    }
}
