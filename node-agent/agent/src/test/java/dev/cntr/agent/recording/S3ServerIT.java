package dev.cntr.agent.recording;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import dev.cntr.agent.recording.RecordingStore.Sink;
import dev.cntr.agent.recording.RecordingStore.Stored;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against a server that somebody else wrote ({@code dev/s3}): its objects are files. */
class S3ServerIT {
    private static final String KEY = "AKIDTEST";
    private static final String SECRET = "secret/of+tests";

    private final List<Stored> late = new ArrayList<>();
    private Process server;
    private int port;
    private @TempDir Path temporary;

    @BeforeEach
    void serve() throws IOException {
        Files.createDirectories(bucket());
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        start();
    }

    private void start() throws IOException {
        Path program = Path.of(Objects.requireNonNullElse(
                System.getenv("CNTR_S3"), System.getProperty("user.home") + "/.cache/cntr/bin/versitygw"));
        assumeThat(program).as("dev/s3/build was run").isExecutable();
        ProcessBuilder command = new ProcessBuilder(
                program.toString(),
                "--port",
                "127.0.0.1:" + port,
                "posix",
                buckets().toString());
        command.environment().put("ROOT_ACCESS_KEY", KEY);
        command.environment().put("ROOT_SECRET_KEY", SECRET);
        server = command.redirectErrorStream(true)
                .redirectOutput(temporary.resolve("log").toFile())
                .start();
        await().until(() -> answers() || !server.isAlive());
        assertThat(server.isAlive())
                .as(() -> temporary.resolve("log").toString())
                .isTrue();
    }

    private boolean answers() {
        try (Socket _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return true;
        } catch (IOException _) {
            return false;
        }
    }

    @AfterEach
    void stop() throws InterruptedException {
        server.destroy();
        server.waitFor();
    }

    private Path buckets() {
        return temporary.resolve("buckets");
    }

    private Path bucket() {
        return buckets().resolve("audit");
    }

    private Path spool() {
        return temporary.resolve("spool");
    }

    private RecordingStore store(String secret) {
        Map<String, String> environment = new HashMap<>(Map.of(
                "CNTR_RECORDINGS",
                spool().toString(),
                "CNTR_S3_ENDPOINT",
                "http://127.0.0.1:" + port,
                "CNTR_S3_BUCKET",
                "audit",
                "CNTR_S3_PREFIX",
                "cntr/",
                "AWS_ACCESS_KEY_ID",
                KEY,
                "AWS_SECRET_ACCESS_KEY",
                secret));
        return RecordingConfig.store(environment, Clock.systemUTC(), late::add).orElseThrow();
    }

    private static Stored keep(RecordingStore store, String id, byte[] text) {
        try (Sink sink = store.begin(id)) {
            sink.write(text);
            return sink.finish();
        }
    }

    @Test
    void aRecordingIsAnnouncedAndPut() throws Exception {
        byte[] text = "grün\n".repeat(300_000).getBytes(UTF_8);
        Path object = bucket().resolve("cntr/uid-1.cast");
        try (RecordingStore store = store(SECRET)) {
            store.announce("uid-1");
            assertThat(object).isEmptyFile();
            Stored stored = keep(store, "uid-1", text);
            assertThat(stored.waits()).isEmpty();
            assertThat(stored.location()).isEqualTo("s3://audit/cntr/uid-1.cast");
        }
        assertThat(object).hasBinaryContent(text);
        assertThat(spool()).isEmptyDirectory();
        assertThat(late).isEmpty();
    }

    @Test
    void whatTheServerDidNotTakeComesLate() throws Exception {
        try (RecordingStore store = store(SECRET)) {
            stop();
            assertThatThrownBy(() -> store.announce("uid-1")).isInstanceOf(RecordingException.class);
            assertThat(keep(store, "uid-1", new byte[] {'x'}).waits()).isPresent();
        }
        start();
        try (RecordingStore _ = store(SECRET)) {
            await().until(() -> !late.isEmpty());
        }
        assertThat(late).singleElement().satisfies(stored -> {
            assertThat(stored.id()).isEqualTo("uid-1");
            assertThat(stored.location()).isEqualTo("s3://audit/cntr/uid-1.cast");
            assertThat(stored.bytes()).isEqualTo(1);
            assertThat(stored.sha256()).startsWith("2d711642b726b044");
        });
        assertThat(bucket().resolve("cntr/uid-1.cast")).hasContent("x");
    }

    @Test
    void aWrongKeyIsRefused() {
        try (RecordingStore store = store("wrong")) {
            assertThatThrownBy(() -> store.announce("uid-1"))
                    .isInstanceOf(RecordingException.class)
                    .hasMessageContaining("403")
                    .hasMessageContaining("SignatureDoesNotMatch");
        }
    }
}
