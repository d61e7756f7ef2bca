package dev.cntr.agent.recording;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cntr.agent.recording.RecordingStore.Sink;
import dev.cntr.agent.recording.RecordingStore.Stored;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

/**
 * Against a server that somebody else wrote, where one is named: {@code CNTR_S3_ENDPOINT}, {@code CNTR_S3_BUCKET},
 * {@code AWS_ACCESS_KEY_ID}, {@code AWS_SECRET_ACCESS_KEY}, and {@code CNTR_S3_REGION}. Some objects stay in the bucket.
 */
@EnabledIfEnvironmentVariable(named = "CNTR_S3_ENDPOINT", matches = "http.*")
class S3ServerTest {
    private @TempDir Path directory;

    private RecordingStore store(Map<String, String> more) {
        Map<String, String> environment = new HashMap<>(System.getenv());
        environment.put("CNTR_RECORDINGS", directory.toString());
        environment.put("CNTR_S3_PREFIX", "cntr-test/");
        environment.putAll(more);
        return RecordingConfig.store(environment, Clock.systemUTC()).orElseThrow();
    }

    @Test
    void aRecordingIsAnnouncedPutAndRead() throws Exception {
        String id = UUID.randomUUID() + "-1";
        byte[] text = "grün\n".repeat(300_000).getBytes(UTF_8);
        try (RecordingStore store = store(Map.of())) {
            assertThat(store.open(id)).isEmpty();
            store.announce(id);
            Stored stored;
            try (Sink sink = store.begin(id)) {
                sink.write(text);
                stored = sink.finish();
            }
            assertThat(stored.waits()).isEmpty();
            assertThat(stored.location()).startsWith("s3://").endsWith(id + ".cast");
            assertThat(directory).isEmptyDirectory();
            try (InputStream in = store.open(id).orElseThrow()) {
                assertThat(in.readAllBytes()).isEqualTo(text);
            }
        }
    }

    @Test
    void aWrongKeyIsRefused() {
        try (RecordingStore store = store(Map.of("AWS_SECRET_ACCESS_KEY", "wrong"))) {
            assertThatThrownBy(() -> store.announce(UUID.randomUUID() + "-1"))
                    .isInstanceOf(RecordingException.class)
                    .hasMessageContaining("403");
        }
    }
}
