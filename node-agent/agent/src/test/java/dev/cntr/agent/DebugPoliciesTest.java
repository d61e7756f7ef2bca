package dev.cntr.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.cntr.api.ChildSession;
import dev.cntr.api.DebugPolicy;
import dev.cntr.api.DebugPolicySpec;
import dev.cntr.api.DebugSession;
import dev.cntr.api.DebugSessionSpec;
import dev.cntr.api.DebugSessionSpec.Attach;
import dev.cntr.api.DebugSessionSpec.Target;
import dev.cntr.api.NodeDebugSession;
import dev.cntr.api.NodeDebugSessionSpec;
import dev.cntr.api.Reason;
import dev.cntr.api.Selector;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

@EnableKubernetesMockClient(crud = true)
class DebugPoliciesTest {
    @SuppressWarnings("NullAway.Init") // set by the extension
    private KubernetesClient client;

    @Test
    void nothingPassesBeforeThePoliciesAreKnown() {
        try (DebugPolicies policies = new DebugPolicies(client, true)) {
            assertThatExceptionOfType(AgentException.class)
                    .isThrownBy(() -> policies.check(session()))
                    .withMessageContaining("not known");
        }
    }

    @Test
    void whatAPolicyOfTheNodeDoesNotAllowIsDenied() {
        client.resource(new NodeBuilder()
                        .withNewMetadata()
                        .withName("n1")
                        .addToLabels("tier", "production")
                        .endMetadata()
                        .build())
                .create();
        NodeDebugSession session = new NodeDebugSession();
        session.setMetadata(new ObjectMetaBuilder().withName("n1-x").build());
        session.setSpec(new NodeDebugSessionSpec(
                "n1", null, null, new Attach(List.of("ed25519:key")), "1h", null, null, null, null, null));
        try (DebugPolicies policies = new DebugPolicies(client, true)) {
            policies.start().toCompletableFuture().join();
            client.resource(policy("namespaces", "production")).create();
            DebugPolicy nodes = policy("nodes", "production");
            nodes.setSpec(new DebugPolicySpec(
                    null, new Selector(Map.of("tier", "production"), null), true, null, null, null, null, null, null));
            policies.check(session.asSession());
            client.resource(nodes).create();
            await().untilAsserted(() -> assertThatExceptionOfType(AgentException.class)
                    .isThrownBy(() -> policies.check(session.asSession()))
                    .withMessage("DebugPolicy nodes allows no sessions on node n1"));
        }
    }

    @Test
    void whatAPolicyOfTheNamespaceDoesNotAllowIsDenied() {
        client.resource(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName("shop")
                        .addToLabels("tier", "production")
                        .endMetadata()
                        .build())
                .create();
        try (DebugPolicies policies = new DebugPolicies(client, true)) {
            policies.start().toCompletableFuture().join();
            policies.check(session());

            client.resource(policy("elsewhere", "test")).create();
            client.resource(policy("here", "production")).create();
            await().untilAsserted(() -> assertThatExceptionOfType(AgentException.class)
                    .isThrownBy(() -> policies.check(session()))
                    .withMessageStartingWith("DebugPolicy here ")
                    .satisfies(e -> assertThat(AgentException.reason(e)).isEqualTo(Reason.POLICY_DENIED)));
        }
    }

    @Test
    void aSessionThatNobodyAttachesToNeedsTheAdmissionPolicies() {
        DebugSession alone = session();
        alone.setSpec(unattended(new Target("web", null), "30m"));
        try (DebugPolicies policies = new DebugPolicies(client, false)) {
            policies.start().toCompletableFuture().join();
            policies.check(session());
            assertThatExceptionOfType(AgentException.class)
                    .isThrownBy(() -> policies.check(alone))
                    .withMessageContaining("policies.enabled");
        }
        try (DebugPolicies policies = new DebugPolicies(client, true)) {
            policies.start().toCompletableFuture().join();
            policies.check(alone);
        }
    }

    @Test
    void aSessionOfASelectorIsBoundByWhatBindsTheSessionThatAsksForIt() {
        client.resource(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName("shop")
                        .addToLabels("tier", "production")
                        .endMetadata()
                        .build())
                .create();
        client.resource(policy("here", "production")).create();
        DebugSession parent = session();
        parent.setSpec(unattended(
                new Target(null, new Selector(Map.of("app", "web"), null), 2, null, null, null), "5m"));
        parent = client.resource(parent).create();
        DebugSession child = ChildSession.of(parent, "web-1-x", "web", Duration.ofSeconds(10));
        try (DebugPolicies policies = new DebugPolicies(client, true)) {
            policies.start().toCompletableFuture().join();
            assertThatExceptionOfType(AgentException.class)
                    .as("its own ten seconds would be below the ceiling")
                    .isThrownBy(() -> policies.check(child))
                    .withMessageStartingWith("DebugPolicy here allows sessions of 1m at most");
            client.resource(parent).delete();
            assertThatExceptionOfType(AgentException.class)
                    .isThrownBy(() -> policies.check(child))
                    .withMessageContaining("is gone");
        }
    }

    private static DebugSessionSpec unattended(Target target, String ttl) {
        return new DebugSessionSpec(
                target, null, new DebugSessionSpec.DebugProcess(List.of("id"), null, null, null), null, ttl, null);
    }

    private static DebugPolicy policy(String name, String tier) {
        DebugPolicy policy = new DebugPolicy();
        policy.setMetadata(new ObjectMetaBuilder().withName(name).build());
        policy.setSpec(new DebugPolicySpec(new Selector(Map.of("tier", tier), null), "1m", null, null));
        return policy;
    }

    private static DebugSession session() {
        DebugSession session = new DebugSession();
        session.setMetadata(
                new ObjectMetaBuilder().withNamespace("shop").withName("web-1").build());
        session.setSpec(new DebugSessionSpec(
                new Target("web", null), null, null, new Attach(List.of("ed25519:key")), "30m", null));
        return session;
    }
}
