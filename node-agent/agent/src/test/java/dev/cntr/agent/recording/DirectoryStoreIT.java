package dev.cntr.agent.recording;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cntr.agent.recording.RecordingStore.Sink;
import dev.cntr.agent.recording.RecordingStore.Stored;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On a disk that is full before the store's bounds are reached: a small tmpfs(5). */
class DirectoryStoreIT {
    private @TempDir Path disk;

    @BeforeEach
    void mount() throws Exception {
        run("mount", "-t", "tmpfs", "-o", "size=64k", "cntr-full", disk.toString());
    }

    @AfterEach
    void unmount() throws Exception {
        run("umount", disk.toString());
    }

    private static void run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).inheritIO().start();
        assertThat(process.waitFor()).as(String.join(" ", command)).isZero();
    }

    private DirectoryStore store() {
        return new DirectoryStore(
                disk.resolve("recordings"), Bounds.DEFAULT, Bounds.Retention.OLDEST_GO, Clock.systemUTC());
    }

    @Test
    void aRecordingIsRefusedAndLeavesNothing() throws Exception {
        DirectoryStore store = store();
        byte[] page = new byte[4096];
        Files.write(disk.resolve("fill"), page);
        try (var out = Files.newOutputStream(disk.resolve("fill"))) {
            assertThatThrownBy(() -> {
                        while (true) {
                            out.write(page);
                        }
                    })
                    .isInstanceOf(IOException.class);
        }
        try (Sink sink = store.begin("uid-1")) {
            assertThatThrownBy(() -> sink.write("{}\n".getBytes(UTF_8)))
                    .isInstanceOf(RecordingException.class)
                    .hasRootCauseMessage("No space left on device");
        }
        assertThat(disk.resolve("recordings")).isEmptyDirectory();
        Files.delete(disk.resolve("fill"));
        try (Sink sink = store.begin("uid-1")) {
            sink.write("{}\n".getBytes(UTF_8));
            assertThat(sink.finish().bytes()).isEqualTo(3);
        }
    }

    @Test
    void whatFittedStaysInWholeLines() throws Exception {
        DirectoryStore store = store();
        byte[] line = ("x".repeat(9_999) + "\n").getBytes(UTF_8);
        Stored stored;
        try (Sink sink = store.begin("uid-1")) {
            assertThatThrownBy(() -> {
                        while (true) {
                            sink.write(line);
                        }
                    })
                    .isInstanceOf(RecordingException.class)
                    .hasRootCauseMessage("No space left on device");
            stored = sink.finish();
        }
        assertThat(stored.bytes())
                .isPositive()
                .isEqualTo(Files.size(disk.resolve("recordings/uid-1.cast")))
                .matches(bytes -> bytes % line.length == 0);
    }
}
