package dev.cntr.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cntr.api.DebugPolicySpec.ResourcesRule;
import dev.cntr.api.DebugSessionSpec.Attach;
import dev.cntr.api.DebugSessionSpec.Target;
import dev.cntr.api.Resources.Limits;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sessions of namespace shop, below policies for all. */
class ResourcesCeilingTest {
    private static final ResourcesRule BOUNDS = new ResourcesRule(null, new Limits("500m", "256Mi", 200));
    private static final ResourcesRule DEMANDS = new ResourcesRule(true, new Limits("500m", "256Mi", null));

    @ParameterizedTest
    @CsvSource({"256Mi, true", "268435456, true", "0.25Gi, true", "268435457, false", "1G, false", "256M, true"})
    void memoryIsComparedAsAQuantity(String memory, boolean allowed) {
        assertThat(refusal(new Limits(null, memory, null), BOUNDS).isEmpty()).isEqualTo(allowed);
    }

    @ParameterizedTest
    @CsvSource({"500m, true", "0.5, true", "500000u, true", "500001u, false", "1, false"})
    void soAreCpus(String cpu, boolean allowed) {
        assertThat(refusal(new Limits(cpu, null, null), BOUNDS).isEmpty()).isEqualTo(allowed);
    }

    @Test
    void soAreProcesses() {
        assertThat(refusal(new Limits(null, null, 200), BOUNDS)).isEmpty();
        assertThat(refusal(new Limits(null, null, 201), BOUNDS))
                .isEqualTo(
                        "DebugPolicy p0 allows spec.resources.limits.pids of 200 at most in namespace shop, and this session has"
                                + " 201: kubectl cntr attach --pids=200");
    }

    @Test
    void withoutADemandASessionMayBeLimitedWithItsContainer() {
        assertThat(refusal(null, BOUNDS)).isEmpty();
        assertThat(refusal(new Limits("100m", null, null), BOUNDS)).isEmpty();
    }

    @Test
    void whereLimitsAreDemandedEachOfThemIs() {
        assertThat(refusal(null, DEMANDS))
                .isEqualTo(
                        "DebugPolicy p0 allows spec.resources.limits.cpu of 500m at most in namespace shop, and this session has"
                                + " none: kubectl cntr attach --cpu=500m");
        assertThat(refusal(new Limits("500m", null, 100), DEMANDS)).contains("limits.memory of 256Mi", "has none");
        assertThat(refusal(new Limits("500m", "256Mi", null), DEMANDS)).isEmpty();
    }

    @Test
    void aDemandWithoutBoundsTakesAnyLimit() {
        ResourcesRule some = new ResourcesRule(true, null);
        assertThat(refusal(null, some))
                .isEqualTo(
                        "DebugPolicy p0 demands limits of the session's own (spec.resources) in namespace shop, and this one has"
                                + " none: kubectl cntr attach --memory=128Mi");
        assertThat(refusal(new Limits(null, null, 4_000_000), some)).isEmpty();
        assertThat(refusal(null, new ResourcesRule(false, null))).isEmpty();
    }

    @Test
    void theStrictestPolicyCounts() {
        assertThat(refusal(
                        new Limits("400m", "64Mi", null),
                        DEMANDS,
                        new ResourcesRule(null, new Limits("0.3", null, null))))
                .startsWith("DebugPolicy p1 allows spec.resources.limits.cpu of 0.3 at most");
    }

    /** Why not; empty where it is allowed. Policies are called p0, p1 and so on. */
    private static String refusal(@Nullable Limits limits, ResourcesRule... rules) {
        List<DebugPolicy> policies = Arrays.stream(rules)
                .map(rule -> policy("p" + Arrays.asList(rules).indexOf(rule), rule))
                .toList();
        DebugSession session = new DebugSession();
        session.setMetadata(
                new ObjectMetaBuilder().withNamespace("shop").withName("web-1").build());
        session.setSpec(new DebugSessionSpec(
                new Target("web", null),
                null,
                null,
                limits == null ? null : new Resources(limits),
                new Attach(List.of("ed25519:key")),
                null,
                null,
                null,
                null,
                null,
                null));
        return switch (Ceiling.over(session, Map.of(), policies, true)) {
            case Ceiling.Denied(Reason reason, String message) -> {
                assertThat(reason).isEqualTo(Reason.POLICY_DENIED);
                yield message;
            }
            case Ceiling.Allowed _ -> "";
            case Ceiling.Pending(String message, ApprovalStanding _) -> throw new AssertionError(message);
        };
    }

    private static DebugPolicy policy(String name, ResourcesRule rule) {
        DebugPolicy policy = new DebugPolicy();
        policy.setMetadata(new ObjectMetaBuilder().withName(name).build());
        policy.setSpec(new DebugPolicySpec(new Selector(null, null), null, null, null, null, null, null, null, rule));
        return policy;
    }
}
