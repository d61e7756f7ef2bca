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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sessions of namespace shop, below policies for all. */
class ToolsCeilingTest {
    private static final ToolsSpec SIDECAR = ToolsSpec.ofContainer("sidecar");

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

    @Test
    void toolsOfAnImageAreForNobodyUnlessAPolicySaysSo() {
        ToolsSpec image = ToolsSpec.ofImage("r.example/a/b:1");
        assertThat(refusal(image)).isEqualTo("no DebugPolicy allows tools of source Image in namespace shop");
        assertThat(refusal(image, new ToolsRule(null, List.of("r.example/a/b"), null)))
                .isEqualTo("no DebugPolicy allows tools of source Image in namespace shop");
        assertThat(refusal(image, sources(Source.IMAGE))).isEmpty();
        assertThat(refusal(image, sources(Source.IMAGE), sources(Source.CONTAINER)))
                .isEqualTo("DebugPolicy p1 does not allow tools of source Image in namespace shop");
        assertThat(refusal(image, sources(Source.IMAGE), images(false, "r.example/x/")))
                .isEqualTo("DebugPolicy p1 does not allow image r.example/a/b:1 in namespace shop");
    }

    @Test
    void toolsOfTheNodeAreForNobodyUnlessAPolicySaysSo() {
        assertThat(refusal(ToolsSpec.ofHost()))
                .isEqualTo("no DebugPolicy allows tools of source Host in namespace shop");
        assertThat(refusal(ToolsSpec.ofHost(), images(false, "r.example/")))
                .isEqualTo("DebugPolicy p0 does not allow tools of source Host in namespace shop");
        assertThat(refusal(ToolsSpec.ofHost(), sources(Source.HOST))).isEmpty();
    }

    @Test
    void anImageIsNamedByDigestWhereAPolicyDemandsIt() {
        String digest = "r.example/allowed@sha256:" + "0".repeat(64);
        assertThat(refusal(ToolsSpec.ofImage(digest), images(true, "r.example/")))
                .isEmpty();
        assertThat(refusal(ToolsSpec.ofImage("r.example/allowed:1"), images(true, "r.example/")))
                .isEqualTo(
                        "DebugPolicy p0 demands images by digest in namespace shop, and r.example/allowed:1 has none");
    }

    @ParameterizedTest
    @CsvSource({
        "r.example/allowed, r.example/allowed, true",
        "r.example/allowed, r.example/allowed:1, true",
        "r.example/allowed, r.example/allowed@sha256:0, true",
        "r.example/allowed, r.example/allowed-evil:1, false",
        "r.example/allowed, r.example/allowed/evil:1, false",
        "r.example/allowed, evil.r.example/allowed:1, false",
        "r.example/allowed/, r.example/allowed/tools:1, true",
        "r.example/allowed/, r.example/allowed-evil/tools:1, false",
        "r.example/allowed/, r.example/allowed, false",
        "r.example/, r.example.evil/allowed, false",
        "r.example:5000/allowed, r.example:5000/allowed:1, true",
        "r.example:5000/allowed, r.example:5001/allowed:1, false",
        "r.example/allowed:1, r.example/allowed:1, true",
        "r.example/allowed:1, r.example/allowed:10, false",
        "r.example/allowed:1, r.example/allowed, false",
        "r.example/allowed@sha256:0, r.example/allowed@sha256:0, true",
        "r.example/allowed@sha256:0, r.example/allowed@sha256:1, false",
        "r.example/allowed@sha256:0, r.example/allowed:0, false"
    })
    void anImageIsMatchedByRegistryRepositoryTagAndDigest(String pattern, String image, boolean matches) {
        assertThat(ImagePattern.matches(pattern, image)).isEqualTo(matches);
    }

    private static ToolsRule sources(Source... sources) {
        return new ToolsRule(List.of(sources), null, null);
    }

    private static ToolsRule images(boolean byDigest, String... images) {
        return new ToolsRule(List.of(Source.IMAGE), List.of(images), byDigest);
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
            case Ceiling.Pending(String message, ApprovalStanding _) -> throw new AssertionError(message);
        };
    }

    private static DebugPolicy policy(String name, ToolsRule rule) {
        DebugPolicy policy = new DebugPolicy();
        policy.setMetadata(new ObjectMetaBuilder().withName(name).build());
        policy.setSpec(new DebugPolicySpec(new Selector(null, null), null, null, null, null, null, null, rule, null));
        return policy;
    }
}
