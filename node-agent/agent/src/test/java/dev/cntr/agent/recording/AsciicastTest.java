package dev.cntr.agent.recording;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cntr.agent.recording.Asciicast.Header;
import dev.cntr.agent.recording.RecordingStore.Sink;
import dev.cntr.agent.recording.RecordingStore.Stored;
import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class AsciicastTest {
    private static final Header HEADER =
            new Header(120, 40, Instant.ofEpochSecond(1_777_777_777), "shop/web-1", List.of("sh", "-c", "ls"), "xterm");

    private final ByteArrayOutputStream written = new ByteArrayOutputStream();
    private final AtomicLong nanos = new AtomicLong(5_000_000_000L);
    private Header header = HEADER;

    private Asciicast cast() {
        return new Asciicast(
                new Sink() {
                    @Override
                    public void write(byte[] bytes) {
                        written.writeBytes(bytes);
                    }

                    @Override
                    public Stored finish() {
                        return new Stored("id", "here", written.size(), "hash", Optional.empty());
                    }

                    @Override
                    public void close() {}
                },
                header,
                nanos::get);
    }

    private List<JsonNode> lines() throws Exception {
        List<JsonNode> lines = new ArrayList<>();
        for (String line : written.toString(UTF_8).split("\n")) {
            lines.add(new ObjectMapper().readTree(line));
        }
        return lines;
    }

    private static void output(Asciicast cast, byte[] bytes) {
        cast.output(bytes, 0, bytes.length);
    }

    @Test
    void theHeaderSaysWhatTheFormatWants() throws Exception {
        cast();
        assertThat(lines().getFirst()).isEqualTo(new ObjectMapper().readTree("""
                        {"version": 2, "width": 120, "height": 40, "timestamp": 1777777777, "title": "shop/web-1",
                         "command": "sh -c ls", "env": {"TERM": "xterm"}}"""));
    }

    @Test
    void withoutATerminalThereIsASizeAllTheSame() throws Exception {
        header = new Header(0, 0, Instant.EPOCH, "t", List.of(), "");
        cast();
        assertThat(lines().getFirst()).isEqualTo(new ObjectMapper().readTree("""
                        {"version": 2, "width": 80, "height": 24, "timestamp": 0, "title": "t"}"""));
    }

    @Test
    void eventsHaveTheirTimeSinceTheBeginning() throws Exception {
        Asciicast cast = cast();
        nanos.addAndGet(1_234_567_890L);
        output(cast, "hi\r\n".getBytes(UTF_8));
        cast.resize(100, 50);
        cast.marker("jane is attached");
        cast.input("x".getBytes(UTF_8), 0, 1);
        assertThat(lines().subList(1, 5))
                .map(JsonNode::toString)
                .containsExactly(
                        "[1.234567,\"o\",\"hi\\r\\n\"]",
                        "[1.234567,\"r\",\"100x50\"]",
                        "[1.234567,\"m\",\"jane is attached\"]",
                        "[1.234567,\"i\",\"x\"]");
    }

    @Test
    void aCharacterCutBetweenTwoReadsIsOne() throws Exception {
        Asciicast cast = cast();
        byte[] smile = "a😀b".getBytes(UTF_8);
        for (byte b : smile) {
            output(cast, new byte[] {b});
        }
        assertThat(lines().subList(1, 4).stream().map(line -> line.get(2).asText()))
                .containsExactly("a", "😀", "b");
    }

    @Test
    void bytesThatAreNoTextAndControlsAndLongOutputAreHeldByTheFormat() throws Exception {
        Asciicast cast = cast();
        output(cast, new byte[] {(byte) 0xff, 0, 27, '[', '"', '\\', 127});
        byte[] much = "é".repeat(40_000).getBytes(UTF_8);
        output(cast, much);
        List<JsonNode> lines = lines();
        assertThat(lines.get(1).get(2).asText()).isEqualTo("\ufffd\u0000\u001b[\"\\\u007f");
        StringBuilder all = new StringBuilder();
        lines.subList(2, lines.size()).forEach(line -> all.append(line.get(2).asText()));
        assertThat(all.toString()).isEqualTo("é".repeat(40_000));
        assertThat(written.toString(UTF_8)).doesNotContain("\u001b").doesNotContain("\u007f");
    }

    @Test
    void aCharacterWhoseEndNeverComesIsNotLostWithoutATrace() throws Exception {
        Asciicast cast = cast();
        output(cast, new byte[] {'a', (byte) 0xf0, (byte) 0x9f});
        cast.finish(false);
        assertThat(lines().getLast().get(2).asText()).isEqualTo("\ufffd");
    }
}
