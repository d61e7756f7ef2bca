package dev.cntr.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cntr.api.DebugSession;
import dev.cntr.api.Names;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LeanStoreTest {
    private static final String BIG = "x".repeat(250_000);

    @Test
    void aPodIsKeptWithItsNodeAndReadinessOnly() {
        Pod pod = new PodBuilder(Cluster.ownPod(Names.AGENT, "agent-1", true))
                .editMetadata()
                .addToAnnotations("big", BIG)
                .endMetadata()
                .editSpec()
                .addNewContainer()
                .withName("agent")
                .endContainer()
                .endSpec()
                .editStatus()
                .withPodIP("192.0.2.1")
                .addNewCondition()
                .withType("Initialized")
                .endCondition()
                .endStatus()
                .build();
        LeanStore<Pod> store = LeanStore.ofPods();
        store.put(store.getKey(pod), pod);

        Pod kept = store.get("cntr-system/agent-1");
        assertThat(NodePods.best(List.of(kept))).isEqualTo(new Presence.Ready("agent-1"));
        assertThat(kept.getSpec().getNodeName()).isEqualTo("n1");
        assertThat(kept.getSpec().getContainers()).isEmpty();
        assertThat(kept.getStatus().getPodIP()).isNull();
        assertThat(kept.getStatus().getConditions()).hasSize(1);
        assertThat(kept.getMetadata().getLabels()).isNull();
        assertThat(kept.getMetadata().getAnnotations()).isEmpty();
    }

    @Test
    void aSessionIsKeptWithoutWhatItsUserWroteBesideIt() {
        DebugSession session = Cluster.session();
        session.getMetadata().setAnnotations(Map.of("big", BIG));
        LeanStore<DebugSession> store = LeanStore.ofSessions();
        store.put(store.getKey(session), session);

        DebugSession kept = store.get("shop/web-x1");
        assertThat(kept.getMetadata().getAnnotations()).isEmpty();
        assertThat(kept.getSpec()).isEqualTo(Cluster.spec("10m"));
    }
}
