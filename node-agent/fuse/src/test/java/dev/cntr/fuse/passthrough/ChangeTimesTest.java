package dev.cntr.fuse.passthrough;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChangeTimesTest {
    @ParameterizedTest
    @ValueSource(strings = {"6.13.0", "6.18.44-fc-v669", "6.13", "7.0.1", "10.1.0-rc1"})
    void kernelsWithExactTimes(String release) {
        assertThat(ChangeTimes.isNew(release)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"6.12.99", "5.15.0-91-generic", "4.18", "", "unknown"})
    void kernelsWithout(String release) {
        assertThat(ChangeTimes.isNew(release)).isFalse();
    }
}
