package dev.cntr.kubectl.replay;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cntr.kubectl.exit.CntrException;
import dev.cntr.kubectl.exit.ExitCode;
import dev.cntr.protocol.WindowSize;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReplayTest {
    private static final String HEADER = "{\"version\": 2, \"width\": 100, \"height\": 30}\n";
    private static final String RECORDING = HEADER + """
            [0.5, "o", "gr\\u00fcn\\r\\n"]
            [0.5, "i", "secret"]
            [1.0, "r", "80x24"]
            [10.5, "o", "\\u001b[1mlate"]
            """;

    private final List<Duration> pauses = new ArrayList<>();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    private static Cast cast(String text) {
        return new Cast(new ByteArrayInputStream(text.getBytes(UTF_8)), "it");
    }

    private String play(String text, double speed, Optional<Duration> limit, boolean reset) throws Exception {
        new Replay(cast(text), speed, limit, time -> {
                    pauses.add(time);
                    return true;
                })
                .to(out, reset);
        return out.toString(UTF_8);
    }

    @Test
    void whatWasShownIsShownInItsOwnTime() throws Exception {
        assertThat(play(RECORDING, 1, Optional.empty(), false)).isEqualTo("grün\r\n\033[1mlate");
        assertThat(pauses).containsExactly(Duration.ofMillis(500), Duration.ofSeconds(10));
        assertThat(cast(RECORDING).size()).isEqualTo(new WindowSize(100, 30));
    }

    @Test
    void pausesAreCutAndThenSpedUp() throws Exception {
        play(RECORDING, 2, Optional.of(Duration.ofSeconds(1)), false);
        assertThat(pauses).containsExactly(Duration.ofMillis(250), Duration.ofMillis(500));
    }

    @Test
    void aTerminalIsLeftInOrder() throws Exception {
        assertThat(play(RECORDING, 1, Optional.empty(), true)).endsWith("late" + Replay.RESET);
    }

    @Test
    void aRecordingThatWasCutOffIsShownAsFarAsItGoes() throws Exception {
        assertThat(play(RECORDING + "[11.0, \"o\", \"ne", 1, Optional.empty(), false))
                .endsWith("late");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'' | it is empty",
                "hello | does not begin with a header",
                "[0.1, \"o\", \"x\"] | does not begin with a header",
                "{\"version\": 1, \"width\": 80, \"height\": 24} | it is asciicast v1",
                "{\"version\": 3, \"term\": {}} | it is asciicast v3",
                "{\"version\": 2} | no width and height",
            })
    void whatIsNoRecordingIsSaid(String text, String why) {
        assertThatThrownBy(() -> cast(text)).isInstanceOfSatisfying(CntrException.class, e -> {
            assertThat(e.exitCode()).isEqualTo(ExitCode.USAGE);
            assertThat(e.getMessage()).contains("it cannot be replayed", why);
        });
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "nonsense | line 2 is no JSON",
                "[1] | line 2 is no event",
                "[\"1\", \"o\", \"x\"] | line 2 is no event",
                "[-1, \"o\", \"x\"] | line 2 is of -1.0 s",
            })
    void aBadLineIsNamed(String line, String why) {
        assertThatThrownBy(() -> play(HEADER + line + "\n[9, \"o\", \"x\"]\n", 1, Optional.empty(), false))
                .isInstanceOf(CntrException.class)
                .hasMessageContaining(why);
    }

    @Test
    void keysHoldItAndEndIt() throws Exception {
        Keys keys = new Keys();
        keys.typed('x');
        assertThat(keys.pause(Duration.ofMillis(1))).isTrue();
        keys.typed(' ');
        Thread.ofVirtual().start(() -> keys.typed(' '));
        assertThat(keys.pause(Duration.ZERO)).isTrue();
        keys.typed('q');
        assertThat(keys.pause(Duration.ofHours(1))).isFalse();
    }
}
