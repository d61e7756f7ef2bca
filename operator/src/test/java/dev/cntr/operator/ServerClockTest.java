package dev.cntr.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.sun.net.httpserver.HttpServer;
import dev.cntr.api.ServerClock;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A machine whose clock is wrong, at an HTTP server that tells its date as API servers do: the real one. */
class ServerClockTest {
    private HttpServer server;
    private final Own own = new Own();
    private final AtomicLong late = new AtomicLong();
    private final ServerClock clock = new ServerClock(own, () -> System.nanoTime() + late.get());

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            byte[] answer = "{\"kind\":\"Namespace\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"shop\"}}"
                    .getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @ParameterizedTest
    @ValueSource(ints = {-86_400, -600, -10, 10, 600, 86_400})
    void aWrongClockIsSetRightByTheFirstAnswer(int seconds) {
        own.wrongBy = Duration.ofSeconds(seconds);
        assertThat(error()).isCloseTo(seconds, within(1.0));
        ask();
        assertThat(error()).isCloseTo(0, within(2.5));
    }

    @Test
    void aClockThatIsRightIsNotRoundedToSeconds() {
        own.wrongBy = Duration.ofMillis(300);
        ask();
        assertThat(error()).isCloseTo(0.3, within(0.2));
    }

    @Test
    void aClockThatIsSetMeanwhileChangesNothing() {
        ask();
        own.wrongBy = Duration.ofHours(-3);
        assertThat(error()).isCloseTo(0, within(2.5));
        own.wrongBy = Duration.ofMillis(300);
        assertThat(error()).isCloseTo(0.3, within(0.2));
    }

    /** A quick answer of a moment ago knows better than one that took long. */
    @Test
    void anAnswerThatWasOnItsWayForLongDoesNotCount() {
        own.wrongBy = Duration.ofHours(-3);
        ask();
        late.addAndGet(Duration.ofSeconds(40).toNanos()); // as if the next one, sent now, came in 40 s
        ask();
        assertThat(error()).isCloseTo(40, within(2.5));
        late.addAndGet(Duration.ofMinutes(3).toNanos());
        ask();
        assertThat(error()).isCloseTo(0, within(2.5));
    }

    private void ask() {
        try (KubernetesClient client = new KubernetesClientBuilder()
                .withConfig(new ConfigBuilder(Config.empty())
                        .withMasterUrl("http://127.0.0.1:" + server.getAddress().getPort())
                        .build())
                .withHttpClientBuilderConsumer(http -> http.addOrReplaceInterceptor("clock", clock))
                .build()) {
            assertThat(client.namespaces().withName("shop").get()).isNotNull();
        }
    }

    /** Seconds by which it is ahead of the real time. */
    private double error() {
        Instant told = clock.instant();
        return Duration.between(Instant.now(), told).toMillis() / 1000.0;
    }

    /** A machine's clock that is wrong. */
    private static final class Own extends Clock {
        private Duration wrongBy = Duration.ZERO;

        @Override
        public Instant instant() {
            return Instant.now().plus(wrongBy);
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            throw new UnsupportedOperationException();
        }
    }
}
