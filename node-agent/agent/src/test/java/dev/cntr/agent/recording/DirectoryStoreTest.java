package dev.cntr.agent.recording;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cntr.agent.recording.RecordingStore.Sink;
import dev.cntr.agent.recording.RecordingStore.Stored;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryStoreTest {
    private static final Instant NOW = Instant.parse("2026-05-04T03:00:00Z");
    private static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);

    private @TempDir Path parent;

    private DirectoryStore store(long total, long each) {
        return new DirectoryStore(
                parent.resolve("recordings"),
                new Bounds(total, each, Duration.ofDays(1)),
                Bounds.Retention.OLDEST_GO,
                CLOCK);
    }

    private static Stored keep(RecordingStore store, String id, String text) {
        try (Sink sink = store.begin(id)) {
            sink.write(text.getBytes(UTF_8));
            return sink.finish();
        }
    }

    private Path file(String id) {
        return parent.resolve("recordings/" + id + ".cast");
    }

    @Test
    void aRecordingIsReadAsItWasWrittenOnceItIsFinished() throws Exception {
        DirectoryStore store = store(1000, 1000);
        Stored stored;
        try (Sink sink = store.begin("uid-1")) {
            sink.write("one\n".getBytes(UTF_8));
            assertThat(file("uid-1")).doesNotExist();
            sink.write("two\n".getBytes(UTF_8));
            stored = sink.finish();
        }
        assertThat(file("uid-1")).hasContent("one\ntwo\n");
        assertThat(stored.bytes()).isEqualTo(8);
        assertThat(stored.sha256())
                .isEqualTo(HexFormat.of()
                        .formatHex(MessageDigest.getInstance("SHA-256").digest("one\ntwo\n".getBytes(UTF_8))));
        assertThat(stored.location()).isEqualTo(file("uid-1").toString());
    }

    @Test
    void onlyTheOwnerMayReadIt() throws Exception {
        DirectoryStore store = store(1000, 1000);
        keep(store, "uid-1", "x");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(parent.resolve("recordings"))))
                .isEqualTo("rwx------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file("uid-1"))))
                .isEqualTo("rw-------");
    }

    @Test
    void aNameThatIsNoUidIsRefused() {
        DirectoryStore store = store(1000, 1000);
        for (String id : new String[] {"", "..", "../x", "a/b", "a\u001b[2J", "x".repeat(81), ".hidden"}) {
            assertThatThrownBy(() -> store.begin(id))
                    .isInstanceOf(RecordingException.class)
                    .hasMessageNotContaining("\u001b");
        }
    }

    @Test
    void oneRecordingDoesNotGrowBeyondItsBound() {
        DirectoryStore store = store(1000, 10);
        try (Sink sink = store.begin("uid-1")) {
            sink.write(new byte[10]);
            assertThatThrownBy(() -> sink.write(new byte[1]))
                    .isInstanceOf(RecordingException.class)
                    .hasMessageContaining("10 bytes");
        }
    }

    @Test
    void theOldestMakeRoom() throws Exception {
        DirectoryStore store = store(20, 10);
        keep(store, "old", "0123456789");
        Files.setLastModifiedTime(file("old"), FileTime.from(NOW.minus(Duration.ofHours(2))));
        keep(store, "newer", "0123456789");
        keep(store, "newest", "01234");
        assertThat(store.finished()).containsExactlyInAnyOrder("newer", "newest");
    }

    @Test
    void whatIsBeingWrittenIsNeverDroppedButTheNextIsRefused() {
        DirectoryStore store = store(20, 20);
        try (Sink first = store.begin("first");
                Sink second = store.begin("second")) {
            first.write(new byte[15]);
            assertThatThrownBy(() -> second.write(new byte[6]))
                    .isInstanceOf(RecordingException.class)
                    .hasMessageContaining("does not fit");
            assertThat(first.finish().bytes()).isEqualTo(15);
        }
    }

    @Test
    void whatIsTooOldGoes() throws Exception {
        DirectoryStore store = store(1000, 1000);
        keep(store, "old", "x");
        Files.setLastModifiedTime(file("old"), FileTime.from(NOW.minus(Duration.ofDays(2))));
        store.begin("next").close();
        assertThat(file("old")).doesNotExist();
    }

    @Test
    void whatAnEarlierProcessWasWritingIsKept() throws Exception {
        store(1000, 1000).begin("uid-1").write("half".getBytes(UTF_8));
        store(1000, 1000);
        assertThat(file("uid-1")).hasContent("half");
    }

    @Test
    void anIdIsRecordedOnce() {
        DirectoryStore store = store(1000, 1000);
        keep(store, "uid-1", "x");
        assertThatThrownBy(() -> store.begin("uid-1"))
                .isInstanceOf(RecordingException.class)
                .hasMessageContaining("already");
    }

    @Test
    void aDirectoryThatCannotBeMadeIsSaid() throws Exception {
        Path file = Files.createFile(parent.resolve("file"));
        assertThatThrownBy(
                        () -> new DirectoryStore(file.resolve("x"), Bounds.DEFAULT, Bounds.Retention.OLDEST_GO, CLOCK))
                .isInstanceOf(RecordingException.class)
                .hasMessageContaining(file + "/x");
    }

    @Test
    void whatBelongsSomewhereElseIsNotDroppedAndTheNextIsRefused() throws Exception {
        DirectoryStore store = new DirectoryStore(
                parent.resolve("recordings"), new Bounds(20, 20, Duration.ofDays(1)), Bounds.Retention.ALL_STAY, CLOCK);
        keep(store, "old", "0123456789abcdef");
        Files.setLastModifiedTime(file("old"), FileTime.from(NOW.minus(Duration.ofDays(9))));
        try (Sink next = store.begin("next")) {
            assertThatThrownBy(() -> next.write(new byte[5])).isInstanceOf(RecordingException.class);
        }
        assertThat(store.finished()).containsExactly("old");
        assertThat(parent.resolve("recordings").resolve("next.cast.part")).doesNotExist();
    }

    @Test
    void aWriteThatDidNotFitLeavesTheRecordingAsItWas() {
        DirectoryStore store = store(20, 20);
        try (Sink sink = store.begin("uid-1")) {
            sink.write(new byte[15]);
            assertThatThrownBy(() -> sink.write(new byte[6])).isInstanceOf(RecordingException.class);
            assertThat(sink.finish().bytes()).isEqualTo(15);
        }
        keep(store, "uid-2", "01234");
        assertThat(store.finished()).containsExactlyInAnyOrder("uid-1", "uid-2");
    }
}
