package dev.cntr.operator;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class HealthServerTest {
    @Test
    void eachProbeAnswersForItself() throws Exception {
        AtomicBoolean ready = new AtomicBoolean();
        try (HealthServer health = HealthServer.start(0, () -> true, ready::get, () -> "figures 1\n");
                HttpClient client = HttpClient.newHttpClient()) {
            assertThat(status(client, health, "/healthz")).isEqualTo(200);
            assertThat(status(client, health, "/readyz")).isEqualTo(503);
            ready.set(true);
            assertThat(status(client, health, "/readyz")).isEqualTo(200);
            assertThat(status(client, health, "/metrics")).isEqualTo(200);
        }
    }

    private static int status(HttpClient client, HealthServer health, String path) throws Exception {
        URI uri = URI.create("http://localhost:%d%s".formatted(health.port(), path));
        return client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.discarding())
                .statusCode();
    }
}
