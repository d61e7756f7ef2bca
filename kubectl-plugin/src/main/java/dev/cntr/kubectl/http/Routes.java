package dev.cntr.kubectl.http;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.internal.SSLUtils;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The route that a configuration tells. */
final class Routes {
    private static final int HTTPS_PORT = 443;
    private static final int HTTP_PORT = 80;

    private Routes() {}

    static Route of(Config config) throws GeneralSecurityException, IOException {
        URI server = URI.create(config.getMasterUrl());
        if (server.getHost() == null) {
            throw new IllegalArgumentException("no host in the server's address " + server);
        }
        boolean secure = "https".equalsIgnoreCase(server.getScheme());
        String host = Route.bare(server.getHost());
        int port = server.getPort() >= 0 ? server.getPort() : secure ? HTTPS_PORT : HTTP_PORT;
        return new Route(
                host,
                port,
                secure ? tls(config, host) : null,
                proxy(config, secure, host, port),
                Duration.ofMillis(config.getConnectionTimeout()));
    }

    private static Tls tls(Config config, String host) throws GeneralSecurityException, IOException {
        String name = config.getTlsServerName();
        return new Tls(
                SSLUtils.sslContext(config),
                name == null || name.isEmpty() ? host : name,
                !config.isTrustCerts() && !config.isDisableHostnameVerification());
    }

    private static @Nullable URI proxy(Config config, boolean secure, String host, int port) {
        String proxy = secure ? config.getHttpsProxy() : config.getHttpProxy();
        String[] none = Objects.requireNonNullElse(config.getNoProxy(), new String[0]);
        if (proxy == null || proxy.isEmpty() || new NoProxy(List.of(none)).covers(host, port)) {
            return null;
        }
        URI uri;
        try {
            uri = new URI(proxy);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("the proxy's address is none: " + e.getMessage(), e);
        }
        if (!"http".equalsIgnoreCase(uri.getScheme()) || uri.getHost() == null || uri.getPort() < 0) {
            throw new IllegalArgumentException("a proxy is told as http://[USER:PASSWORD@]HOST:PORT");
        }
        return uri;
    }
}
