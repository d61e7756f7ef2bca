package dev.cntr.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResourcesTest {
    private static Resources.Limits limits(String json) {
        return Serialization.unmarshal("{\"limits\": {" + json + "}}", Resources.class)
                .limits();
    }

    @ParameterizedTest
    @CsvSource({"'\"500m\"', 500", "2, 2000", "'\"2\"', 2000", "'\"0.25\"', 250", "'\"10500u\"', 11"})
    void cpusAreCountedInThousandths(String cpu, long milli) {
        assertThat(limits("\"cpu\": " + cpu).milliCpu()).hasValue(milli);
    }

    @ParameterizedTest
    @CsvSource({"64Mi, 67108864", "1G, 1000000000", "5000000, 5000000", "0.1Gi, 107374183", "5e6, 5000000"})
    void memoryIsCountedInBytes(String memory, long bytes) {
        assertThat(limits("\"memory\": \"" + memory + "\"").memoryBytes()).hasValue(bytes);
    }

    @Test
    void whatIsNotSaidIsEmpty() {
        Resources.Limits none = limits("\"pids\": 9");
        assertThat(none.milliCpu()).isEmpty();
        assertThat(none.memoryBytes()).isEmpty();
        assertThat(none.pidCount()).isEqualTo(OptionalLong.of(9));
    }

    @Test
    void quantitiesAreWrittenAsTheyWere() {
        assertThat(Serialization.asJson(new Resources(limits("\"cpu\": \"500m\", \"memory\": \"64Mi\""))))
                .isEqualTo("{\"limits\":{\"cpu\":\"500m\",\"memory\":\"64Mi\"}}");
    }
}
