package dev.cntr.kubectl.cluster;

import dev.cntr.kubectl.CntrException;
import dev.cntr.kubectl.ExitCode;
import io.fabric8.kubernetes.api.model.NamedContext;
import io.fabric8.kubernetes.client.Config;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Reads the kubeconfig as kubectl does, and refuses what fabric8 would silently replace. */
final class Kubeconfig {
    private static final int CONNECT_MILLIS = 10_000;

    private Kubeconfig() {}

    static Config load(ClusterOptions options) {
        String file = options.kubeconfig();
        if (file != null) {
            if (!Files.isRegularFile(Path.of(file))) {
                throw new CntrException(ExitCode.USAGE, "there is no kubeconfig file " + file + "; check --kubeconfig");
            }
            System.setProperty(Config.KUBERNETES_KUBECONFIG_FILE, file);
        }
        Config config;
        try {
            config = Config.autoConfigure(options.context());
        } catch (RuntimeException e) {
            throw new CntrException(
                    ExitCode.USAGE,
                    "the kubeconfig cannot be read: " + Failures.reason(e) + "; try: kubectl config view",
                    e);
        }
        check(config, options.context());
        config.setRequestTimeout(Math.toIntExact(options.requestTimeout().toMillis()));
        config.setConnectionTimeout(Math.toIntExact(
                Math.min(CONNECT_MILLIS, options.requestTimeout().toMillis())));
        config.setRequestRetryBackoffLimit(0);
        return config;
    }

    /** A context that does not exist would be replaced by the current one, and no cluster at all by one made up. */
    private static void check(Config config, @Nullable String context) {
        NamedContext current = config.getCurrentContext();
        if (context != null && (current == null || !Objects.equals(current.getName(), context))) {
            throw new CntrException(
                    ExitCode.USAGE,
                    "there is no context " + context + " in the kubeconfig; see: kubectl config get-contexts");
        }
        if (current == null && config.getMasterUrl().startsWith(Config.DEFAULT_MASTER_URL)) {
            throw new CntrException(
                    ExitCode.UNREACHABLE,
                    "no cluster is configured; check $KUBECONFIG and --kubeconfig, or see: kubectl config get-contexts");
        }
    }
}
