package dev.cntr.kubectl.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cntr.kubectl.exit.CntrException;
import dev.cntr.kubectl.exit.ExitCode;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SelectedPodTest {
    private static final String PODS = "GET /api/v1/namespaces/default/pods";

    private @TempDir Path directory;

    private List<SelectedPod> select(String answer) throws Exception {
        try (FakeCluster server = new FakeCluster()) {
            server.reply(PODS, 200, answer);
            try (Cluster cluster = server.client(directory)) {
                return SelectedPod.of(cluster, "app=web");
            }
        }
    }

    @Test
    void theyComeByNameWithTheContainerThatKubectlTakesAndNoneThatIsFinished() throws Exception {
        assertThat(select("""
                {"items": [
                  {"metadata": {"name": "b"}, "spec": {"containers": [{"name": "app"}, {"name": "sidecar"}]}, "status": {"phase": "Running"}},
                  {"metadata": {"name": "a", "annotations": {"kubectl.kubernetes.io/default-container": "sidecar"}},
                   "spec": {"containers": [{"name": "app"}, {"name": "sidecar"}]}, "status": {"phase": "Pending"}},
                  {"metadata": {"name": "done"}, "status": {"phase": "Succeeded"}},
                  {"metadata": {"name": "failed"}, "status": {"phase": "Failed"}},
                  {"metadata": {"name": "going", "deletionTimestamp": "2026-01-01T00:00:00Z"}, "status": {"phase": "Running"}}
                ]}""")).containsExactly(new SelectedPod("a", "sidecar"), new SelectedPod("b", "app"));
    }

    @Test
    void aSelectorThatTakesNoneSaysSo() {
        assertThatThrownBy(() -> select("{\"items\": []}")).isInstanceOfSatisfying(CntrException.class, e -> {
            assertThat(e.exitCode()).isEqualTo(ExitCode.NOT_FOUND);
            assertThat(e.getMessage()).contains("kubectl get pods -n default -l 'app=web'");
        });
    }
}
