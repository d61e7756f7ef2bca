package dev.cntr.agent.recording;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.cntr.agent.recording.RecordingStore.Sink;
import dev.cntr.agent.recording.RecordingStore.Stored;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against a small server that keeps objects and checks signatures as S3 does. */
class S3StoreTest {
    private static final AwsSignature CREDENTIALS = new AwsSignature("AKID", "secret", "eu-central-1");

    private final Map<String, byte[]> objects = new ConcurrentHashMap<>();
    private final List<Stored> late = new CopyOnWriteArrayList<>();
    private volatile int failing;
    private HttpServer server;
    private @TempDir Path directory;

    @BeforeEach
    void serve() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            String path = exchange.getRequestURI().getRawPath();
            if (failing != 0) {
                respond(exchange, failing, "no".getBytes(UTF_8));
            } else if (!signed(exchange)) {
                respond(exchange, 403, "SignatureDoesNotMatch".getBytes(UTF_8));
            } else if (exchange.getRequestMethod().equals("PUT")) {
                objects.put(path, body);
                respond(exchange, 200, new byte[0]);
            } else if (objects.containsKey(path)) {
                respond(exchange, 200, objects.get(path));
            } else {
                respond(exchange, 404, "NoSuchKey".getBytes(UTF_8));
            }
        }
    }

    private boolean signed(HttpExchange exchange) {
        String time = exchange.getRequestHeaders().getFirst("x-amz-date");
        Instant at = Instant.parse(time.replaceFirst("(....)(..)(..)T(..)(..)(..)Z", "$1-$2-$3T$4:$5:$6Z"));
        Map<String, String> expected = CREDENTIALS.headers(
                exchange.getRequestMethod(),
                URI.create(endpoint() + exchange.getRequestURI().getRawPath()),
                exchange.getRequestHeaders().getFirst("x-amz-content-sha256"),
                at);
        return Objects.equals(
                expected.get("authorization"), exchange.getRequestHeaders().getFirst("authorization"));
    }

    private static void respond(HttpExchange exchange, int status, byte[] body) throws IOException {
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
    }

    private String endpoint() {
        return "http://" + server.getAddress().getAddress().getHostAddress() + ":"
                + server.getAddress().getPort();
    }

    private S3Store store(AwsSignature credentials) {
        return new S3Store(
                new DirectoryStore(directory, Bounds.DEFAULT, Bounds.Retention.ALL_STAY, Clock.systemUTC()),
                new S3Store.Bucket(URI.create(endpoint()), "audit", "cntr/", credentials),
                Clock.systemUTC(),
                late::add);
    }

    private static Stored keep(RecordingStore store, String id, String text) {
        try (Sink sink = store.begin(id)) {
            sink.write(text.getBytes(UTF_8));
            return sink.finish();
        }
    }

    /** The signature is what botocore 1.x makes of the same request. */
    @Test
    void requestsAreSignedAsOtherClientsSignThem() {
        Map<String, String> headers = CREDENTIALS.headers(
                "GET",
                URI.create("https://examplebucket.s3.amazonaws.com/test.txt"),
                AwsSignature.EMPTY_SHA256,
                Instant.parse("2013-05-24T00:00:00Z"));
        assertThat(headers)
                .containsEntry(
                        "authorization",
                        "AWS4-HMAC-SHA256 Credential=AKID/20130524/eu-central-1/s3/aws4_request,"
                                + " SignedHeaders=host;x-amz-content-sha256;x-amz-date,"
                                + " Signature=8f3094a76eefc2a8336ab44ed5d1a82b6f9191df924bdb933596741031525f14");
        assertThat(CREDENTIALS.toString()).doesNotContain("secret");
    }

    @Test
    void aFinishedRecordingIsInTheBucketAndNoMoreOnTheNode() throws Exception {
        try (S3Store store = store(CREDENTIALS)) {
            Stored stored = keep(store, "uid-1", "text");
            assertThat(stored.location()).isEqualTo("s3://audit/cntr/uid-1.cast");
            assertThat(stored.waits()).isEmpty();
            assertThat(objects).containsOnlyKeys("/audit/cntr/uid-1.cast");
            assertThat(objects.get("/audit/cntr/uid-1.cast")).asString(UTF_8).isEqualTo("text");
            assertThat(directory).isEmptyDirectory();
        }
    }

    @Test
    void whatTheBucketDoesNotTakeWaitsAndIsTriedAgain() throws Exception {
        failing = 503;
        try (S3Store store = store(CREDENTIALS)) {
            Stored stored = keep(store, "uid-1", "text");
            assertThat(stored.location())
                    .isEqualTo(directory.resolve("uid-1.cast").toString());
            assertThat(stored.waits()).hasValueSatisfying(why -> assertThat(why).contains("503", "tried again"));
            assertThat(directory.resolve("uid-1.cast")).hasContent("text");
        }
        failing = 0;
        try (S3Store store = store(CREDENTIALS)) {
            await().until(() -> objects.containsKey("/audit/cntr/uid-1.cast"));
            await().untilAsserted(() -> assertThat(late).singleElement().satisfies(stored -> {
                assertThat(stored.location()).isEqualTo("s3://audit/cntr/uid-1.cast");
                assertThat(stored.bytes()).isEqualTo(4);
            }));
            assertThat(directory).isEmptyDirectory();
            assertThat(objects.get("/audit/cntr/uid-1.cast")).asString(UTF_8).isEqualTo("text");
        }
    }

    @Test
    void aWrongKeyIsSaid() {
        try (S3Store store = store(new AwsSignature("AKID", "wrong", "eu-central-1"))) {
            assertThatThrownBy(() -> store.announce("uid-1"))
                    .isInstanceOf(RecordingException.class)
                    .hasMessageContaining("403")
                    .hasMessageContaining("SignatureDoesNotMatch");
        }
    }

    @Test
    void oneThatMustBeKeptIsAnnouncedOrRefused() {
        try (S3Store store = store(CREDENTIALS)) {
            store.announce("uid-1");
            assertThat(objects.get("/audit/cntr/uid-1.cast")).isEmpty();
            keep(store, "uid-1", "text");
            assertThat(objects.get("/audit/cntr/uid-1.cast")).hasSize(4);
            failing = 503;
            assertThatThrownBy(() -> store.announce("uid-2"))
                    .isInstanceOf(RecordingException.class)
                    .hasMessageContaining("503");
            server.stop(0);
            assertThatThrownBy(() -> store.announce("uid-2")).isInstanceOf(RecordingException.class);
        }
    }
}
