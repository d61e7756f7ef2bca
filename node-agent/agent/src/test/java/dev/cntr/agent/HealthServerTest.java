package dev.cntr.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class HealthServerTest {
    @Test
    void readinessSaysWhatIsMissing() throws Exception {
        AtomicReference<Optional<String>> problem = new AtomicReference<>(Optional.of("the runtime does not answer"));
        try (HealthServer server = new HealthServer(0, problem::get, new Metrics())) {
            assertThat(get(server, "/healthz").statusCode()).isEqualTo(200);
            HttpResponse<String> notReady = get(server, "/readyz");
            assertThat(notReady.statusCode()).isEqualTo(503);
            assertThat(notReady.body()).isEqualTo("the runtime does not answer\n");
            problem.set(Optional.empty());
            assertThat(get(server, "/readyz").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void whatIsCountedIsScraped() throws Exception {
        Metrics metrics = new Metrics();
        metrics.sessions(() -> 3);
        metrics.refused("NotAuthorized");
        metrics.refused("NotAuthorized");
        metrics.refused("Expired");
        try (HealthServer server = new HealthServer(0, Optional::empty, metrics)) {
            HttpResponse<String> scraped = get(server, "/metrics");
            assertThat(scraped.headers().firstValue("content-type"))
                    .hasValue("text/plain; version=0.0.4; charset=utf-8");
            assertThat(scraped.body())
                    .contains("# TYPE cntr_agent_sessions gauge\ncntr_agent_sessions 3.0\n")
                    .contains("\ncntr_agent_attaches_total 0.0\n")
                    .contains("\ncntr_agent_refusals_total{reason=\"Expired\"} 1.0\n")
                    .contains("\ncntr_agent_refusals_total{reason=\"NotAuthorized\"} 2.0\n");
        }
    }

    private static HttpResponse<String> get(HealthServer server, String path) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
                            .build(),
                    BodyHandlers.ofString());
        }
    }
}
