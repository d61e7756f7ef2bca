package dev.cntr.kubectl.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.cntr.api.ConditionType;
import dev.cntr.api.DebugSessionSpec;
import dev.cntr.api.DebugSessionSpec.DebugProcess.Profile;
import dev.cntr.api.DebugSessionSpec.Recording;
import dev.cntr.api.DebugSessionSpec.Variable;
import dev.cntr.api.DebugSessionStatus;
import dev.cntr.api.Reason;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The annotations that are not looked at say the same. */
class JsonTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    private final ObjectMapper annotated = new ObjectMapper().registerModule(new JavaTimeModule());

    @Test
    void aSpecIsWrittenAsItsAnnotationsSay() {
        DebugSessionSpec spec = new DebugSessionSpec(
                new DebugSessionSpec.Target("hello", null),
                null,
                new DebugSessionSpec.DebugProcess(
                        List.of("sh"), true, List.of(new Variable("A", "b")), Profile.NET_ADMIN),
                new DebugSessionSpec.Attach(List.of("ed25519:k")),
                "30m",
                null,
                null,
                Recording.BEST_EFFORT,
                "jane",
                null);
        assertThat(Json.mapper()
                        .<com.fasterxml.jackson.databind.JsonNode>valueToTree(spec)
                        .toString())
                .isEqualTo(annotated.valueToTree(spec).toString())
                .contains("\"Agent\"", "\"BestEffort\"", "\"NetAdmin\"");
    }

    @Test
    void aStatusIsReadAsItsAnnotationsSay() throws Exception {
        DebugSessionStatus status = DebugSessionStatus.EMPTY
                .change()
                .nodeName("node-2")
                .podUID("pod-uid")
                .relayPod("cntr-relay/relay-1")
                .condition(ConditionType.SCHEDULED, true, Reason.SCHEDULED, "on node-2", NOW)
                .ready("created", NOW)
                .done();
        String json = annotated.writeValueAsString(status);
        assertThat(Json.mapper().readValue(json.replaceFirst("\\{", "{\"new\":1,"), DebugSessionStatus.class))
                .isEqualTo(status)
                .isEqualTo(annotated.readValue(json, DebugSessionStatus.class));
        assertThat(status.phase()).isNotNull();
    }

    @ParameterizedTest
    @CsvSource({"NEVER, Never", "BEST_EFFORT, BestEffort", "REQUIRED, Required"})
    void wordsAreKubernetesOwn(Recording constant, String word) throws Exception {
        assertThat(Json.mapper().writeValueAsString(constant)).isEqualTo("\"" + word + "\"");
        assertThat(Json.mapper().readValue("\"" + word + "\"", Recording.class)).isEqualTo(constant);
    }

    @Test
    void aWordThatThisVersionDoesNotKnowIsSaid() {
        assertThatThrownBy(() -> Json.mapper().readValue("\"Sometimes\"", Recording.class))
                .isInstanceOf(JsonMappingException.class)
                .hasMessageContaining("Sometimes");
    }
}
