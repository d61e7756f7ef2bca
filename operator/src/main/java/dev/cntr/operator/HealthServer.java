package dev.cntr.operator;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Answers the kubelet's probes, {@code /healthz} and {@code /readyz}, by 200 or 503, and {@code /metrics} in Prometheus' text format. */
final class HealthServer implements AutoCloseable {
    /** https://prometheus.io/docs/instrumenting/exposition_formats/ */
    private static final String METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    private HealthServer(HttpServer server) {
        this.server = server;
    }

    /** Starts it; port 0 takes a free one. */
    static HealthServer start(int port, BooleanSupplier healthy, BooleanSupplier ready, Supplier<String> metrics) {
        try {
            HealthServer health = new HealthServer(HttpServer.create(new InetSocketAddress(port), 0));
            health.server.setExecutor(health.threads);
            health.server.createContext("/healthz", exchange -> answer(exchange, healthy));
            health.server.createContext("/readyz", exchange -> answer(exchange, ready));
            health.server.createContext("/metrics", exchange -> {
                try (exchange) {
                    exchange.getResponseHeaders().set("Content-Type", METRICS_TYPE);
                    send(exchange, 200, metrics.get());
                }
            });
            health.server.start();
            return health;
        } catch (IOException e) {
            throw new UncheckedIOException("failed to listen on port %d for health probes".formatted(port), e);
        }
    }

    int port() {
        return server.getAddress().getPort();
    }

    private static void answer(HttpExchange exchange, BooleanSupplier good) throws IOException {
        try (exchange) {
            boolean yes = good.getAsBoolean();
            send(exchange, yes ? 200 : 503, yes ? "ok\n" : "not ready\n");
        }
    }

    private static void send(HttpExchange exchange, int code, String text) throws IOException {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(code, body.length);
        exchange.getResponseBody().write(body);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.close();
    }
}
