package dev.cntr.agent;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/** Answers the kubelet's probes: {@code /healthz} always, {@code /readyz} with 503 and the reason while not ready. */
final class HealthServer implements AutoCloseable {
    private final HttpServer server;

    /**
     * @param port the TCP port, 0 for any
     * @param notReady why the agent is not ready, empty when it is
     */
    HealthServer(int port, Supplier<Optional<String>> notReady) {
        try {
            server = HttpServer.create(new InetSocketAddress(port), 0);
        } catch (IOException e) {
            throw new AgentException("cannot listen for health checks on port " + port, e);
        }
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        answer("/healthz", Optional::empty);
        answer("/readyz", notReady);
        server.start();
    }

    int port() {
        return server.getAddress().getPort();
    }

    private void answer(String path, Supplier<Optional<String>> problem) {
        server.createContext(path, exchange -> {
            Optional<String> reason = problem.get();
            byte[] body = (reason.orElse("ok") + "\n").getBytes(StandardCharsets.UTF_8);
            try (exchange) {
                exchange.sendResponseHeaders(reason.isEmpty() ? 200 : 503, body.length);
                exchange.getResponseBody().write(body);
            }
        });
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
