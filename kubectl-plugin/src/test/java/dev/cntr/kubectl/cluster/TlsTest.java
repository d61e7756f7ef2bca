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

    @Test
    void theCertificateMayBeForAnotherNameThanTheAddress() throws Exception {
        try (FakeCluster server = new FakeCluster(Certificates.in(directory))) {
            server.reply("GET /api/v1/namespaces/default/pods/hello", 200, "{\"kind\":\"Pod\"}");
            Path kubeconfig = server.kubeconfig(directory);
            String text = Files.readString(kubeconfig);
            Files.writeString(kubeconfig, named(text, server, "tls-server-name: api.example"));
            try (Cluster cluster = connect(kubeconfig)) {
                cluster.get(Resource.pods("default"), "hello");
            }
            Files.writeString(kubeconfig, named(text, server, "tls-server-name: other.example"));
            try (Cluster cluster = connect(kubeconfig)) {
                assertThatThrownBy(() -> cluster.get(Resource.pods("default"), "hello"))
                        .isInstanceOf(CntrException.class)
                        .hasMessageContaining("TLS: ")
                        .hasMessageContaining("other.example");
            }
        }
    }

    @Test
    void whoDoesNotWantToKnowTakesAnyServer() throws Exception {
        try (FakeCluster server = new FakeCluster(Certificates.in(directory))) {
            server.reply("GET /api/v1/namespaces/default/pods/hello", 200, "{\"kind\":\"Pod\"}");
            Path kubeconfig = server.kubeconfig(directory);
            String text = Files.readString(kubeconfig);
            String untrusted =
                    text.replaceFirst("certificate-authority-data: [^,}]*", "insecure-skip-tls-verify: true");
            Files.writeString(kubeconfig, named(untrusted, server, "tls-server-name: other.example"));
            try (Cluster cluster = connect(kubeconfig)) {
                cluster.get(Resource.pods("default"), "hello");
            }
        }
    }

    private static String named(String kubeconfig, FakeCluster server, String field) {
        return kubeconfig.replace("server: \"" + server.url() + "\"", "server: \"" + server.url() + "\", " + field);
    }

    private static Cluster connect(Path kubeconfig) {
        return Cluster.connect(new ClusterOptions(kubeconfig.toString(), null, null, TIMEOUT));
    }
}
