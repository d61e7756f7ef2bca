package dev.cntr.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cntr.api.DebugSessionSpec.DebugProcess;
import dev.cntr.api.DebugSessionSpec.Target;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChildSessionTest {
    private static final Map<String, String> WEB = Map.of("app", "web", "tier", "front");

    private static DebugSession parent(String name, String... command) {
        DebugSession parent = new DebugSession();
        parent.setMetadata(new ObjectMetaBuilder()
                .withNamespace("shop")
                .withName(name)
                .withUid("parent-uid")
                .build());
        Selector web = new Selector(Map.of("app", "web"), null);
        DebugProcess process = new DebugProcess(List.of(command), null, null, null);
        parent.setSpec(new DebugSessionSpec(
                new Target(null, web, 3, "app", null, null), null, process, null, "10m", 0, "1m", null, "jane", null));
        return parent;
    }

    private static Pod pod(String uid) {
        return new PodBuilder()
                .withNewMetadata()
                .withName("web-0")
                .withUid(uid)
                .endMetadata()
                .build();
    }

    private static DebugSession child() {
        return ChildSession.of(parent("look", "id"), "look-1", "web-0", Duration.ofSeconds(90));
    }

    @Test
    void itAsksForWhatItsParentAsksForOfOnePod() {
        DebugSession child = child();
        DebugSessionSpec spec = child.getSpec();
        assertThat(spec.target()).isEqualTo(new Target("web-0", "app"));
        assertThat(spec.process().command()).containsExactly("id");
        assertThat(spec.unattended()).isTrue();
        assertThat(spec.requester()).isEqualTo("jane");
        assertThat(spec.ttl()).as("what is left of its parent's").isEqualTo("90s");
        assertThat(spec.retention()).as("until its parent knows").isEqualTo(Duration.ofMinutes(1));
        assertThat(ChildSession.parentOf(child)).map(OwnerReference::getUid).contains("parent-uid");
        assertThat(child.getMetadata().getLabels()).containsEntry("cntr.dev/parent", "parent-uid");
        assertThat(ChildSession.objection(child, parent("look", "id"), WEB)).isEmpty();
    }

    @Test
    void itsNameFollowsFromItsPod() {
        DebugSession parent = parent("look", "id");
        assertThat(ChildSession.name(parent, pod("a"))).isEqualTo(ChildSession.name(parent, pod("a")));
        assertThat(ChildSession.name(parent, pod("a")))
                .startsWith("look-")
                .isNotEqualTo(ChildSession.name(parent, pod("b")));
        assertThat(ChildSession.name(parent("x".repeat(239) + ".-y", "id"), pod("a")))
                .matches("x{239}-[0-9a-f]{10}");
    }

    @Test
    void whatItsParentDoesNotAskForIsSaid() {
        assertThat(ChildSession.objection(child(), parent("look", "sh"), WEB))
                .contains("it is not what session look asks for");
        assertThat(ChildSession.objection(child(), parent("look", "id"), Map.of("app", "db")))
                .contains("the selector of session look does not take pod web-0");
        assertThat(ChildSession.objection(child(), null, WEB))
                .hasValueSatisfying(why -> assertThat(why).endsWith("is gone"));
        DebugSession another = parent("look", "id");
        another.getMetadata().setUid("of the same name");
        assertThat(ChildSession.objection(child(), another, WEB)).isPresent();
    }

    @ParameterizedTest
    @ValueSource(strings = {"container", "profile", "attach", "requester", "resources"})
    void everyPartOfItIsCompared(String part) {
        DebugSession child = child();
        DebugSessionSpec is = child.getSpec();
        boolean attach = part.equals("attach");
        child.setSpec(new DebugSessionSpec(
                part.equals("container") ? new Target("web-0", "side") : is.target(),
                is.tools(),
                part.equals("profile")
                        ? new DebugProcess(is.process().command(), false, null, DebugProcess.Profile.GENERAL)
                        : is.process(),
                part.equals("resources") ? new Resources(new Resources.Limits(null, null, 9)) : is.resources(),
                attach ? new DebugSessionSpec.Attach(List.of("ed25519:key")) : is.attach(),
                is.ttl(),
                is.ttlSecondsAfterFinished(),
                is.idleTimeout(),
                is.recording(),
                part.equals("requester") ? "mallory" : is.requester(),
                null));
        assertThat(ChildSession.objection(child, parent("look", "id"), WEB))
                .contains("it is not what session look asks for");
    }

    /** A session of a pod is nobody's parent: it has no selector. */
    @Test
    void aSessionWithoutASelectorHasNoChildren() {
        DebugSession parent = parent("look", "id");
        DebugSessionSpec asked = parent.getSpec();
        parent.setSpec(new DebugSessionSpec(
                new Target("web-0", "app"), null, asked.process(), null, "10m", 0, "1m", null, "jane", null));
        assertThat(ChildSession.objection(child(), parent, WEB)).isPresent();
    }
}
