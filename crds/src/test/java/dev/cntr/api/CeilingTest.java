package dev.cntr.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cntr.api.DebugSessionSpec.Attach;
import dev.cntr.api.DebugSessionSpec.DebugProcess;
import dev.cntr.api.DebugSessionSpec.DebugProcess.Profile;
import dev.cntr.api.DebugSessionSpec.Recording;
import dev.cntr.api.DebugSessionSpec.Target;
import dev.cntr.api.Selector.Operator;
import dev.cntr.api.Selector.Requirement;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A session of 30 minutes in namespace shop, which is one of production. */
class CeilingTest {
    private static final Map<String, String> SHOP = Map.of("kubernetes.io/metadata.name", "shop", "tier", "production");
    private static final Selector ALL = new Selector(null, null);

    @Test
    void withoutPoliciesEverythingIsAllowed() {
        assertThat(over()).isEqualTo(Ceiling.Allowed.UNASKED);
    }

    @Test
    void policiesOfOtherNamespacesSayNothing() {
        assertThat(over(policy("test", new Selector(Map.of("tier", "test"), null), "1s")))
                .isEqualTo(Ceiling.Allowed.UNASKED);
    }

    @ParameterizedTest
    @CsvSource({"30m, true", "1800s, true", "24h, true", "29m59s, false", "1s, false"})
    void aSessionMayLiveAsLongAsThePolicyAllows(String maxTtl, boolean allowed) {
        assertThat(over(policy("p", ALL, maxTtl)) instanceof Ceiling.Allowed).isEqualTo(allowed);
    }

    @Test
    void theStrictestOfSeveralCountsAndIsNamed() {
        assertThat(over(policy("b", ALL, "10m"), policy("a", ALL, "1h"), policy("c", ALL, null)))
                .isEqualTo(
                        new Ceiling.Denied(
                                Reason.POLICY_DENIED,
                                "DebugPolicy b allows sessions of 10m at most in namespace shop, and this one has spec.ttl 30m"));
    }

    @ParameterizedTest
    @CsvSource({
        "tier, IN, production, true",
        "tier, IN, test, false",
        "zone, IN, production, false",
        "tier, NOT_IN, test, true",
        "tier, NOT_IN, production, false",
        "zone, NOT_IN, test, true",
        "tier, EXISTS, , true",
        "zone, EXISTS, , false",
        "tier, DOES_NOT_EXIST, , false",
        "zone, DOES_NOT_EXIST, , true"
    })
    void aNamespaceIsSelectedAsKubernetesDoes(String key, Operator operator, String value, boolean selected) {
        Requirement requirement = new Requirement(key, operator, value == null ? null : List.of("x", value));
        assertThat(new Selector(null, List.of(requirement)).matches(SHOP)).isEqualTo(selected);
        assertThat(new Selector(Map.of("kubernetes.io/metadata.name", "other"), List.of(requirement)).matches(SHOP))
                .as("all parts must hold")
                .isFalse();
    }

    @Test
    void aProfileNeedsAPolicyThatNamesItAndNoneThatDoesNot() {
        DebugPolicy silent = policy("silent", ALL, "1h");
        DebugPolicy tracing = profiles("tracing", Profile.GENERAL);
        DebugPolicy more = profiles("more", Profile.GENERAL, Profile.NET_ADMIN);
        DebugPolicy none = profiles("none");
        assertThat(profile(Profile.TARGET, silent, none)).isEqualTo("");
        assertThat(profile(Profile.GENERAL, silent))
                .isEqualTo("no DebugPolicy allows profile General in namespace shop");
        assertThat(profile(Profile.GENERAL, silent, tracing, more)).isEqualTo("");
        assertThat(profile(Profile.NET_ADMIN, tracing, more))
                .isEqualTo("DebugPolicy tracing does not allow profile NetAdmin in namespace shop");
        assertThat(profile(Profile.GENERAL, none, more))
                .isEqualTo("DebugPolicy none does not allow profile General in namespace shop");
        assertThat(profile(Profile.SYS_ADMIN)).isEqualTo("no DebugPolicy allows profile SysAdmin in namespace shop");
    }

    @ParameterizedTest
    @CsvSource({
        "REQUIRED, NEVER, false",
        "REQUIRED, BEST_EFFORT, false",
        "REQUIRED, REQUIRED, true",
        "BEST_EFFORT, NEVER, false",
        "BEST_EFFORT, BEST_EFFORT, true",
        "BEST_EFFORT, REQUIRED, true",
        "NEVER, NEVER, true",
        ", NEVER, true"
    })
    void aSessionIsRecordedAsWellAsAPolicyDemands(@Nullable Recording demanded, Recording asked, boolean allowed) {
        DebugPolicy policy = policy("taped", ALL, null);
        policy.setSpec(new DebugPolicySpec(ALL, null, null, null, null, null, demanded, null, null));
        DebugSession session = session();
        DebugSessionSpec spec = session.getSpec();
        session.setSpec(new DebugSessionSpec(
                spec.target(), null, null, spec.attach(), spec.ttl(), null, null, asked, null, null));
        Ceiling ceiling = Ceiling.over(session, SHOP, List.of(policy), true);
        assertThat(ceiling instanceof Ceiling.Allowed).isEqualTo(allowed);
        if (ceiling instanceof Ceiling.Denied(Reason reason, String message)) {
            assertThat(reason).isEqualTo(Reason.POLICY_DENIED);
            assertThat(message)
                    .startsWith("DebugPolicy taped demands spec.recording")
                    .contains("namespace shop");
        }
    }

    private static DebugPolicy ofNodes(String name, Selector nodes, @Nullable Boolean deny) {
        DebugPolicy policy = policy(name, ALL, null);
        policy.setSpec(new DebugPolicySpec(null, nodes, deny, "10m", null, null, null, null, null));
        return policy;
    }

    private static DebugSession onNode() {
        NodeDebugSession session = new NodeDebugSession();
        session.setMetadata(new ObjectMetaBuilder().withName("n1-x").build());
        session.setSpec(new NodeDebugSessionSpec(
                "n1",
                ToolsSpec.ofHost(),
                null,
                new Attach(List.of("ed25519:key")),
                "30m",
                null,
                null,
                null,
                null,
                null));
        return session.asSession();
    }

    @Test
    void aPolicyIsForNamespacesOrForNodes() {
        DebugPolicy workers = ofNodes("workers", new Selector(Map.of("role", "worker"), null), null);
        assertThat(Ceiling.over(onNode(), Map.of("role", "worker"), List.of(workers), true))
                .isEqualTo(
                        new Ceiling.Denied(
                                Reason.POLICY_DENIED,
                                "DebugPolicy workers allows sessions of 10m at most on node n1, and this one has spec.ttl 30m"));
        assertThat(Ceiling.over(onNode(), Map.of("role", "control-plane"), List.of(workers), true))
                .as("the node's own tools need no policy")
                .isEqualTo(Ceiling.Allowed.UNASKED);
        assertThat(Ceiling.over(onNode(), Map.of(), List.of(policy("namespaces", ALL, "1m")), true))
                .isEqualTo(Ceiling.Allowed.UNASKED);
        assertThat(over(ofNodes("nodes", ALL, true))).isEqualTo(Ceiling.Allowed.UNASKED);
    }

    @Test
    void aPolicyMayDenyAllSessions() {
        assertThat(Ceiling.over(onNode(), Map.of(), List.of(ofNodes("closed", ALL, true)), true))
                .isEqualTo(
                        new Ceiling.Denied(Reason.POLICY_DENIED, "DebugPolicy closed allows no sessions on node n1"));
        DebugPolicy here = policy("closed", ALL, null);
        here.setSpec(new DebugPolicySpec(ALL, null, true, null, null, null, null, null, null));
        assertThat(over(here))
                .isEqualTo(new Ceiling.Denied(
                        Reason.POLICY_DENIED, "DebugPolicy closed allows no sessions in namespace shop"));
    }

    private static DebugPolicy profiles(String name, Profile... profiles) {
        DebugPolicy policy = policy(name, ALL, null);
        policy.setSpec(new DebugPolicySpec(ALL, null, List.of(profiles), null));
        return policy;
    }

    /** Why not; empty where it is allowed. */
    private static String profile(Profile profile, DebugPolicy... policies) {
        DebugSession session = session();
        DebugSessionSpec spec = session.getSpec();
        session.setSpec(new DebugSessionSpec(
                spec.target(), null, new DebugProcess(null, null, null, profile), spec.attach(), spec.ttl(), null));
        return switch (Ceiling.over(session, SHOP, List.of(policies), true)) {
            case Ceiling.Denied(Reason reason, String message) -> {
                assertThat(reason).isEqualTo(Reason.POLICY_DENIED);
                yield message;
            }
            case Ceiling.Allowed _ -> "";
            case Ceiling.Pending(String message, ApprovalStanding _) -> throw new AssertionError(message);
        };
    }

    private static Ceiling over(DebugPolicy... policies) {
        return Ceiling.over(session(), SHOP, List.of(policies), true);
    }

    private static DebugSession session() {
        DebugSession session = new DebugSession();
        session.setMetadata(
                new ObjectMetaBuilder().withNamespace("shop").withName("web-1").build());
        session.setSpec(new DebugSessionSpec(
                new Target("web", null),
                null,
                null,
                new Attach(List.of("ed25519:key")),
                "30m",
                null,
                null,
                null,
                null,
                null));
        return session;
    }

    private static DebugPolicy policy(String name, Selector selector, @Nullable String maxTtl) {
        DebugPolicy policy = new DebugPolicy();
        policy.setMetadata(new ObjectMetaBuilder().withName(name).build());
        policy.setSpec(new DebugPolicySpec(selector, maxTtl, null, null));
        return policy;
    }
}
