package dev.cntr.agent;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/**
 * Answers the kubelet's probes, {@code /healthz} always, {@code /readyz} with 503 and the reason while not ready, and
 * Prometheus at {@code /metrics}.
 */
final class HealthServer implements AutoCloseable {
    private final HttpServer server;

    /**
     * @param port the TCP port, 0 for any
     * @param notReady why the agent is not ready, empty when it is
     */
    HealthServer(int port, Supplier<Optional<String>> notReady, Metrics metrics) {
        try {
            server = HttpServer.create(new InetSocketAddress(port), 0);
        } catch (IOException e) {
            throw new AgentException("cannot listen for health checks on port " + port, e);
        }
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        probe("/healthz", Optional::empty);
        probe("/readyz", notReady);
        server.createContext("/metrics", exchange -> {
            exchange.getResponseHeaders().set("Content-Type", Metrics.CONTENT_TYPE);
            answer(exchange, 200, metrics.text());
        });
        server.start();
    }

    int port() {
        return server.getAddress().getPort();
    }

    private void probe(String path, Supplier<Optional<String>> problem) {
        server.createContext(path, exchange -> {
            Optional<String> reason = problem.get();
            answer(exchange, reason.isEmpty() ? 200 : 503, reason.orElse("ok") + "\n");
        });
    }

    private static void answer(HttpExchange exchange, int status, String text) throws IOException {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        try (exchange) {
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
