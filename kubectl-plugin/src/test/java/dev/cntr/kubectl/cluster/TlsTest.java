package dev.cntr.kubectl.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cntr.kubectl.exit.CntrException;
import dev.cntr.kubectl.exit.ExitCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class TlsTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private @TempDir Path directory;
    private @TempDir Path other;

    @Test
    void aServerIsKnownByItsAuthorityAndTheClientByItsCertificate() throws Exception {
        Certificates certificates = Certificates.in(directory);
        try (FakeCluster server = new FakeCluster(certificates);
                FakeCluster impostor = new FakeCluster(Certificates.in(other))) {
            server.reply("GET /api/v1/namespaces/default/pods/hello", 200, "{\"kind\":\"Pod\"}");
            Path kubeconfig = server.kubeconfig(directory);
            try (Cluster cluster = connect(kubeconfig)) {
                assertThat(cluster.get(Resource.pods("default"), "hello")
                                .path("kind")
                                .asText())
                        .isEqualTo("Pod");
            }
            Files.writeString(kubeconfig, Files.readString(kubeconfig).replace(server.url(), impostor.url()));
            try (Cluster cluster = connect(kubeconfig)) {
                assertThatThrownBy(() -> cluster.get(Resource.pods("default"), "hello"))
                        .isInstanceOfSatisfying(
                                CntrException.class,
                                e -> assertThat(e.exitCode()).isEqualTo(ExitCode.UNREACHABLE));
            }
        }
    }

    private static Cluster connect(Path kubeconfig) {
        return Cluster.connect(new ClusterOptions(kubeconfig.toString(), null, null, TIMEOUT));
    }
}
