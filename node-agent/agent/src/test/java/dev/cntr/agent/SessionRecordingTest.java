package dev.cntr.agent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cntr.agent.SessionRecording.Kept;
import dev.cntr.agent.SessionRecording.Policy;
import dev.cntr.agent.recording.Bounds;
import dev.cntr.agent.recording.DirectoryStore;
import dev.cntr.agent.recording.RecordingException;
import dev.cntr.agent.recording.RecordingStore.Stored;
import dev.cntr.api.ConditionType;
import dev.cntr.api.DebugSession;
import dev.cntr.api.DebugSessionSpec;
import dev.cntr.api.DebugSessionSpec.Recording;
import dev.cntr.api.DebugSessionStatus;
import dev.cntr.protocol.DebugProcess;
import dev.cntr.protocol.WindowSize;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SessionRecordingTest {
    private static final int ENOUGH = 1000;

    private final List<String> failures = new ArrayList<>();
    private final ByteArrayOutputStream typed = new ByteArrayOutputStream();
    private @TempDir Path directory;

    private Policy policy(int most, boolean input) {
        return new Policy(
                Optional.of(new DirectoryStore(
                        directory,
                        new Bounds(most, most, Duration.ofDays(1)),
                        Bounds.Retention.OLDEST_GO,
                        Clock.systemUTC())),
                input);
    }

    private static DebugSession session(Recording recording) {
        DebugSession session = new DebugSession();
        session.setMetadata(new ObjectMetaBuilder()
                .withNamespace("shop")
                .withName("web-1")
                .withUid("uid")
                .build());
        session.setSpec(new DebugSessionSpec(
                new DebugSessionSpec.Target("web", "app"),
                null,
                null,
                new DebugSessionSpec.Attach(List.of("key")),
                null,
                null,
                null,
                recording,
                null,
                null));
        session.setStatus(
                DebugSessionStatus.EMPTY.change().container("app", "id").done());
        return session;
    }

    private SessionRecording begin(Policy policy, Recording recording) {
        return SessionRecording.begin(
                policy, session(recording), new WindowSize(80, 24), Clock.systemUTC(), failures::add);
    }

    private DebugProcess process(String output) {
        return new DebugProcess() {
            @Override
            public OutputStream stdin() {
                return typed;
            }

            @Override
            public InputStream stdout() {
                return new ByteArrayInputStream(output.getBytes(UTF_8));
            }

            @Override
            public @Nullable InputStream stderr() {
                return null;
            }

            @Override
            public void resize(WindowSize size) {}

            @Override
            public void signal(int number) {}

            @Override
            public CompletionStage<Integer> exit() {
                return new CompletableFuture<>();
            }
        };
    }

    private List<String> lines() throws IOException {
        return Files.readAllLines(directory.resolve("uid-1.cast"));
    }

    @Test
    void whatIsShownIsWrittenAndWhatIsTypedOnlyWhereThatIsWanted() throws Exception {
        for (boolean input : new boolean[] {false, true}) {
            SessionRecording recording = begin(policy(ENOUGH, input), Recording.REQUIRED);
            DebugProcess recorded = recording.of(process("hello"));
            recorded.stdin().write("secret".getBytes(UTF_8));
            assertThat(recorded.stdout().readAllBytes()).asString(UTF_8).isEqualTo("hello");
            recorded.resize(new WindowSize(100, 50));
            Kept kept = recording.finish();
            assertThat(kept.problem()).isEmpty();
            assertThat(kept.stored().orElseThrow().id()).isEqualTo("uid-1");
            assertThat(lines())
                    .anyMatch(line -> line.endsWith("\"o\", \"hello\"]"))
                    .anyMatch(line -> line.endsWith("\"r\", \"100x50\"]"));
            assertThat(lines().stream().anyMatch(line -> line.endsWith("\"i\", \"secret\"]")))
                    .isEqualTo(input);
            Files.delete(directory.resolve("uid-1.cast"));
        }
        assertThat(typed.toString(UTF_8)).isEqualTo("secretsecret");
    }

    @Test
    void oneThatMustBeRecordedShowsNothingThatIsNot() throws Exception {
        SessionRecording recording = begin(policy(300, false), Recording.REQUIRED);
        InputStream shown = recording.of(process("x".repeat(400))).stdout();
        assertThatThrownBy(() -> shown.readNBytes(400))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("300 bytes");
        assertThat(failures).hasSize(1);
        Kept kept = recording.finish();
        assertThat(kept.problem()).hasValueSatisfying(why -> assertThat(why).contains("300 bytes"));
        assertThat(kept.stored().orElseThrow().bytes())
                .isEqualTo(Files.size(directory.resolve("uid-1.cast")))
                .isPositive();
    }

    @Test
    void anotherGoesOnAndSaysSo() throws Exception {
        SessionRecording recording = begin(policy(300, false), Recording.BEST_EFFORT);
        InputStream shown = recording.of(process("x".repeat(400))).stdout();
        assertThat(shown.readAllBytes()).hasSize(400);
        assertThat(failures).hasSize(1);
        var change = DebugSessionStatus.EMPTY.change();
        recording.finish().into(change, Instant.EPOCH);
        assertThat(change.done().condition(ConditionType.RECORDED)).hasValueSatisfying(condition -> {
            assertThat(condition.holds()).isFalse();
            assertThat(condition.reason()).isEqualTo("RecordingIncomplete");
            assertThat(condition.message()).contains("300 bytes");
        });
    }

    @Test
    void oneThatWaitsForItsPlaceSaysSoAndLaterThatItIsThere() {
        Stored waiting = new Stored("uid-1", "/recordings/uid-1.cast", 5, "0f", Optional.of("no answer"));
        Stored there = new Stored("uid-1", "s3://audit/uid-1.cast", 5, "0f", Optional.empty());
        var change = DebugSessionStatus.EMPTY.change();
        new Kept(true, Optional.of(waiting), Optional.empty()).into(change, Instant.EPOCH);
        DebugSessionStatus before = change.done();
        assertThat(before.condition(ConditionType.RECORDED)).hasValueSatisfying(condition -> {
            assertThat(condition.holds()).isFalse();
            assertThat(condition.reason()).isEqualTo("RecordingWaits");
            assertThat(condition.message()).isEqualTo("no answer");
        });

        DebugSessionStatus after = Kept.late(before, there, Instant.EPOCH);

        assertThat(after.condition(ConditionType.RECORDED)).hasValueSatisfying(condition -> {
            assertThat(condition.holds()).isTrue();
            assertThat(condition.reason()).isEqualTo("RecordingKept");
        });
        assertThat(after.recording())
                .isEqualTo(new DebugSessionStatus.Recording("uid-1", "s3://audit/uid-1.cast", 5, "0f"));
        assertThat(Kept.late(after, there, Instant.EPOCH)).isSameAs(after);
    }

    @Test
    void oneThatIsNotWholeStaysSoWhereverItIs() {
        Stored stored = new Stored("uid-1", "/recordings/uid-1.cast", 5, "0f", Optional.of("no answer"));
        var change = DebugSessionStatus.EMPTY.change();
        new Kept(true, Optional.of(stored), Optional.of("no room")).into(change, Instant.EPOCH);
        DebugSessionStatus before = change.done();
        assertThat(before.condition(ConditionType.RECORDED))
                .hasValueSatisfying(condition -> assertThat(condition.reason()).isEqualTo("RecordingIncomplete"));
        assertThat(Kept.late(before, stored, Instant.EPOCH)).isSameAs(before);
    }

    @Test
    void withoutRoomOrStoreItIsRefusedOrGoesOnWithout() {
        for (Policy policy : List.of(policy(10, false), Policy.NONE)) {
            failures.clear();
            assertThatThrownBy(() -> begin(policy, Recording.REQUIRED)).isInstanceOf(RecordingException.class);
            assertThat(failures).isEmpty();
            Kept kept = begin(policy, Recording.BEST_EFFORT).finish();
            assertThat(kept.stored()).isEmpty();
            assertThat(kept.problem()).isPresent();
            assertThat(failures).hasSize(1);
        }
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void oneThatAsksForNoneHasNone() {
        Kept kept = begin(policy(ENOUGH, false), Recording.NEVER).finish();
        assertThat(kept.asked()).isFalse();
        assertThat(failures).isEmpty();
        assertThat(directory).isEmptyDirectory();
    }
}
