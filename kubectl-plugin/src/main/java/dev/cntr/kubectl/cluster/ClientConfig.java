package dev.cntr.kubectl.cluster;

import dev.cntr.kubectl.exit.CntrException;
import dev.cntr.kubectl.exit.ExitCode;
import io.fabric8.kubernetes.client.Config;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes the HTTP client's configuration of a kubeconfig, or of the pod that this program runs in. */
final class ClientConfig {
    private static final int CONNECT_MILLIS = 10_000;

    static {
        // The key is put into a key store in memory under a well-known password: 10,000 rounds of hashing keep nobody
        // out.
        System.setProperty("keystore.pkcs12.keyPbeIterationCount", "1");
    }

    private ClientConfig() {}

    static Config of(ClusterOptions options, Map<String, String> environment) {
        List<Path> files = Kubeconfig.files(options.kubeconfig(), environment);
        Config config = files.isEmpty()
                ? inCluster(options.context(), environment)
                : of(Kubeconfig.read(files, options.context()), environment);
        long millis = Math.min(Integer.MAX_VALUE, options.requestTimeout().toMillis());
        config.setRequestTimeout((int) millis);
        config.setConnectionTimeout((int) Math.min(CONNECT_MILLIS, millis));
        config.setRequestRetryBackoffLimit(0);
        // The stream's WebSocket needs HTTP/1.1 in any case: HTTP/2 would be a second protocol for three small
        // requests.
        config.setHttp2Disable(true);
        return config;
    }

    private static Config inCluster(@Nullable String context, Map<String, String> environment) {
        if (context != null || !environment.containsKey(Config.KUBERNETES_SERVICE_HOST_PROPERTY)) {
            throw new CntrException(
                    ExitCode.UNREACHABLE,
                    "no cluster is configured; check $KUBECONFIG and --kubeconfig, or see: kubectl config get-contexts");
        }
        return Config.autoConfigure(null);
    }

    static Config of(Kubeconfig kubeconfig, Map<String, String> environment) {
        Config config = Config.empty();
        Kubeconfig.Entry cluster = kubeconfig.cluster();
        String server = cluster.text("server");
        if (server == null) {
            throw new CntrException(ExitCode.USAGE, "the kubeconfig's cluster has no server; see: kubectl config view");
        }
        config.setMasterUrl(server);
        config.setNamespace(kubeconfig.namespace());
        config.setCaCertFile(cluster.path("certificate-authority"));
        config.setCaCertData(cluster.text("certificate-authority-data"));
        if (config.getCaCertFile() != null || config.getCaCertData() != null) {
            // Else fabric8 trusts all of the system's authorities as well, which kubectl does not, and reading them
            // takes time.
            System.setProperty("javax.net.ssl.trustStore", "/dev/null");
        }
        config.setTrustCerts(cluster.flag("insecure-skip-tls-verify"));
        config.setDisableHostnameVerification(cluster.flag("insecure-skip-tls-verify"));
        proxy(config, cluster.text("proxy-url"), environment);
        credentials(config, kubeconfig.user());
        return config;
    }

    /** The cluster's own proxy, else the one of the environment, as Go programs take it. */
    private static void proxy(Config config, @Nullable String own, Map<String, String> environment) {
        String https = own != null ? own : first(environment, "HTTPS_PROXY", "https_proxy");
        String http = own != null ? own : first(environment, "HTTP_PROXY", "http_proxy");
        config.setHttpsProxy(https);
        config.setHttpProxy(http);
        String none = first(environment, "NO_PROXY", "no_proxy");
        if (own == null && none != null) {
            config.setNoProxy(none.split(",", -1));
        }
    }

    private static @Nullable String first(Map<String, String> environment, String upper, String lower) {
        String value = environment.get(upper);
        return value == null ? environment.get(lower) : value;
    }

    private static void credentials(Config config, Kubeconfig.Entry user) {
        config.setClientCertFile(user.path("client-certificate"));
        config.setClientCertData(user.text("client-certificate-data"));
        config.setClientKeyFile(user.path("client-key"));
        config.setClientKeyData(user.text("client-key-data"));
        config.setUsername(user.text("username"));
        config.setPassword(user.text("password"));
        config.setImpersonateUsername(user.text("as"));
        String tokenFile = user.path("tokenFile");
        config.setOauthToken(tokenFile == null ? user.text("token") : token(tokenFile));
        if (!user.map("exec").isEmpty()) {
            ExecCredential.of(user.map("exec"), user.file()).applyTo(config);
        } else if (!user.map("auth-provider").isEmpty()) {
            throw new CntrException(
                    ExitCode.USAGE,
                    "the kubeconfig's user has an auth-provider, which kubectl dropped in 1.26; use an exec credential plugin");
        }
        if (config.getClientKeyData() != null || config.getClientKeyFile() != null) {
            config.setClientKeyAlgo(Config.getKeyAlgorithm(config.getClientKeyFile(), config.getClientKeyData()));
        }
    }

    private static String token(String file) {
        try {
            return Files.readString(Path.of(file)).strip();
        } catch (IOException e) {
            throw new CntrException(
                    ExitCode.USAGE, "the kubeconfig's token file cannot be read: " + e + "; log in again", e);
        }
    }
}
