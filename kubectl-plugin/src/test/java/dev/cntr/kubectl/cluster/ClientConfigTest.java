package dev.cntr.kubectl.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cntr.kubectl.exit.CntrException;
import dev.cntr.kubectl.exit.ExitCode;
import io.fabric8.kubernetes.client.Config;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClientConfigTest {
    private @TempDir Path directory;
    private Path first;
    private Path second;

    @BeforeEach
    void write() throws IOException {
        first = Files.writeString(directory.resolve("first"), """
                current-context: a
                contexts:
                - {name: a, context: {cluster: ca, user: ua, namespace: nsa}}
                - {name: broken, context: {cluster: nowhere, user: ua}}
                clusters:
                - {name: ca, cluster: {server: "https://a:6443", certificate-authority: certs/ca.pem}}
                users:
                - {name: ua, user: {token: token-a}}
                """);
        Files.createDirectories(directory.resolve("other"));
        second = Files.writeString(directory.resolve("other/second"), """
                current-context: b
                contexts:
                - {name: a, context: {cluster: cb, user: ub}}
                - {name: b, context: {cluster: cb, user: ub}}
                - {name: plugin, context: {cluster: cb, user: up}}
                clusters:
                - {name: cb, cluster: {server: "https://b:6443", insecure-skip-tls-verify: true, proxy-url: "http://p:1"}}
                users:
                - {name: ub, user: {client-certificate: c.pem, client-key-data: a2V5}}
                - name: up
                  user:
                    exec:
                      apiVersion: client.authentication.k8s.io/v1
                      command: ./plugin
                      args: [login, "two words"]
                      env: [{name: WHO, value: jane}]
                """);
    }

    @Test
    void theCurrentContextOfTheFirstFileIsTaken() {
        Config config = load(null, null);
        assertThat(config.getMasterUrl()).isEqualTo("https://a:6443/");
        assertThat(config.getNamespace()).isEqualTo("nsa");
        assertThat(config.getOauthToken()).isEqualTo("token-a");
        assertThat(config.getCaCertFile())
                .isEqualTo(directory.resolve("certs/ca.pem").toString());
        assertThat(config.getRequestTimeout()).isEqualTo(5000);
    }

    @Test
    void anotherFilesContextComesWithPathsOfThatFile() {
        Config config = load(null, "b");
        assertThat(config.getMasterUrl()).isEqualTo("https://b:6443/");
        assertThat(config.isTrustCerts()).isTrue();
        assertThat(config.getClientCertFile())
                .isEqualTo(directory.resolve("other/c.pem").toString());
        assertThat(config.getClientKeyData()).isEqualTo("a2V5");
        assertThat(config.getHttpsProxy()).isEqualTo("http://p:1");
        assertThat(config.getOauthToken()).isNull();
    }

    @Test
    void aCredentialPluginIsRunWithItsArguments() throws IOException {
        Path plugin = Files.writeString(directory.resolve("other/plugin"), """
                #!/bin/sh
                echo "{\\"kind\\":\\"ExecCredential\\",\\"status\\":{\\"token\\":\\"$WHO-$1-$2\\"}}"
                """);
        assertThat(plugin.toFile().setExecutable(true)).isTrue();
        assertThat(load(null, "plugin").getOauthToken()).isEqualTo("jane-login-two words");
        Files.writeString(plugin, "#!/bin/sh\nexit 3\n");
        assertFails(null, "plugin", ExitCode.FORBIDDEN, "credential plugin ./plugin failed: it ended with 3");
        Files.writeString(plugin, "#!/bin/sh\necho nonsense\n");
        assertFails(null, "plugin", ExitCode.FORBIDDEN, "its output is not an ExecCredential");
        Files.delete(plugin);
        assertFails(null, "plugin", ExitCode.FORBIDDEN, "No such file");
    }

    @Test
    void nothingIsReplacedSilently() throws IOException {
        assertFails(null, "nope", ExitCode.USAGE, "there is no context 'nope' in the kubeconfig");
        assertFails(null, "broken", ExitCode.USAGE, "there is no cluster 'nowhere' in the kubeconfig");
        assertFails(directory + "/missing", null, ExitCode.USAGE, "there is no kubeconfig file");
        Files.writeString(first, "contexts: [");
        assertFails(null, null, ExitCode.USAGE, "cannot be read");
        Files.writeString(first, "{}");
        assertFails(first.toString(), null, ExitCode.UNREACHABLE, "no current context");
    }

    @Test
    void withoutAnyConfigurationThereIsNoCluster() {
        assertThatThrownBy(() -> ClientConfig.of(
                        new ClusterOptions(null, null, null, Duration.ofSeconds(5)),
                        Map.of("KUBECONFIG", directory + "/missing")))
                .hasMessageStartingWith("no cluster is configured");
    }

    private Config load(@Nullable String file, @Nullable String context) {
        return ClientConfig.of(
                new ClusterOptions(file, context, null, Duration.ofSeconds(5)),
                Map.of(
                        "KUBECONFIG",
                        first + File.pathSeparator + directory + "/missing" + File.pathSeparator + second));
    }

    private void assertFails(@Nullable String file, @Nullable String context, ExitCode code, String message) {
        assertThatThrownBy(() -> load(file, context)).isInstanceOfSatisfying(CntrException.class, e -> {
            assertThat(e.exitCode()).isEqualTo(code);
            assertThat(e.getMessage()).contains(message);
        });
    }
}
