package dev.cntr.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cntr.api.DebugPolicySpec.ToolsRule;
import dev.cntr.api.DebugSessionSpec.Attach;
import dev.cntr.api.DebugSessionSpec.Target;
import dev.cntr.api.ToolsSpec.Source;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Sessions of namespace shop, below policies for all. */
class ToolsCeilingTest {
    private static final ToolsSpec SIDECAR = new ToolsSpec(Source.CONTAINER, "sidecar");

    @Test
    void toolsOfAContainerAreForAllUnlessAPolicyLeavesThemOut() {
        assertThat(refusal(SIDECAR)).isEmpty();
        assertThat(refusal(SIDECAR, sources(Source.CONTAINER))).isEmpty();
        assertThat(refusal(SIDECAR, sources(Source.CONTAINER), sources()))
                .isEqualTo("DebugPolicy p1 does not allow tools of source Container in namespace shop");
    }

    @Test
    void toolsOfTheAgentAreForAll() {
        assertThat(refusal(ToolsSpec.AGENT, sources())).isEmpty();
    }

    private static ToolsRule sources(Source... sources) {
        return new ToolsRule(List.of(sources));
    }

    /** Why not; empty where they are allowed. Policies are called p0, p1 and so on. */
    private static String refusal(ToolsSpec tools, ToolsRule... rules) {
        List<DebugPolicy> policies = Arrays.stream(rules)
                .map(rule -> policy("p" + Arrays.asList(rules).indexOf(rule), rule))
                .toList();
        DebugSession session = new DebugSession();
        session.setMetadata(
                new ObjectMetaBuilder().withNamespace("shop").withName("web-1").build());
        session.setSpec(new DebugSessionSpec(
                new Target("web", null), tools, null, new Attach(List.of("ed25519:key")), null, null));
        return switch (Ceiling.over(session, Map.of(), policies, true)) {
            case Ceiling.Denied(Reason reason, String message) -> {
                assertThat(reason).isEqualTo(Reason.POLICY_DENIED);
                yield message;
            }
            case Ceiling.Allowed _ -> "";
            case Ceiling.Pending(String message) -> throw new AssertionError(message);
        };
    }

    private static DebugPolicy policy(String name, ToolsRule rule) {
        DebugPolicy policy = new DebugPolicy();
        policy.setMetadata(new ObjectMetaBuilder().withName(name).build());
        policy.setSpec(new DebugPolicySpec(new Selector(null, null), null, null, null, null, rule));
        return policy;
    }
}
