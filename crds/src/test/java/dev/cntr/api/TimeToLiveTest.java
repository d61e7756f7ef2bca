package dev.cntr.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TimeToLiveTest {
    @ParameterizedTest
    @CsvSource({"1h, PT1H", "30m, PT30M", "90s, PT90S", "1h30m, PT90M", "24h, PT24H", "23h59m60s, PT24H", "1s, PT1S"})
    void reads(String text, Duration duration) {
        assertThat(TimeToLive.parse(text)).isEqualTo(duration);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1", "h", "1d", "-1h", "1.5h", "30m1h", "0s", "24h1s", "99999h", "1h ", "1H"})
    void refuses(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TimeToLive.parse(text))
                .withMessageContaining("'" + text + "'");
    }
}
