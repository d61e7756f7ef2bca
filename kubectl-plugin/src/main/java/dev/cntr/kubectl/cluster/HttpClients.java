package dev.cntr.kubectl.cluster;

import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;
import java.net.Authenticator;
import java.net.CookieHandler;
import java.net.InetAddress;
import java.net.ProxySelector;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/**
 * Makes fabric8's HTTP clients and ends the JDK's beneath them, which fabric8 leaves to the garbage collector. Their selector
 * threads wait in a system call, and a JVM that ends waits 300 ms for each thread that is in one.
 */
final class HttpClients extends JdkHttpClientFactory implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMillis(100);

    private final List<HttpClient> made = new CopyOnWriteArrayList<>();

    @Override
    protected HttpClient.Builder createNewHttpClientBuilder() {
        return new Remembering(super.createNewHttpClientBuilder());
    }

    /** Breaks what is still under way, and waits a moment until the threads have ended. */
    @Override
    public void close() {
        made.forEach(HttpClient::shutdownNow);
        try {
            for (HttpClient client : made) {
                client.awaitTermination(PATIENCE);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** Passes everything on, and remembers what it built. */
    private final class Remembering implements HttpClient.Builder {
        private final HttpClient.Builder builder;

        Remembering(HttpClient.Builder builder) {
            this.builder = builder;
        }

        @Override
        public HttpClient build() {
            HttpClient client = builder.build();
            made.add(client);
            return client;
        }

        @Override
        public HttpClient.Builder cookieHandler(CookieHandler handler) {
            builder.cookieHandler(handler);
            return this;
        }

        @Override
        public HttpClient.Builder connectTimeout(Duration duration) {
            builder.connectTimeout(duration);
            return this;
        }

        @Override
        public HttpClient.Builder sslContext(SSLContext its) {
            builder.sslContext(its);
            return this;
        }

        @Override
        public HttpClient.Builder sslParameters(SSLParameters its) {
            builder.sslParameters(its);
            builder.sslParameters(its);
            return this;
        }

        @Override
        public HttpClient.Builder executor(Executor executor) {
            builder.executor(executor);
            return this;
        }

        @Override
        public HttpClient.Builder followRedirects(HttpClient.Redirect policy) {
            builder.followRedirects(policy);
            return this;
        }

        @Override
        public HttpClient.Builder version(HttpClient.Version version) {
            builder.version(version);
            return this;
        }

        @Override
        public HttpClient.Builder priority(int priority) {
            builder.priority(priority);
            return this;
        }

        @Override
        public HttpClient.Builder proxy(ProxySelector selector) {
            builder.proxy(selector);
            return this;
        }

        @Override
        public HttpClient.Builder authenticator(Authenticator authenticator) {
            builder.authenticator(authenticator);
            return this;
        }

        @Override
        public HttpClient.Builder localAddress(@Nullable InetAddress address) {
            builder.localAddress(address);
            return this;
        }
    }
}
