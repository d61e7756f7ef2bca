package dev.cntr.logging;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

class LoggingTest {
    private final Logger log = LoggerFactory.getLogger("dev.cntr.Some");
    private final PrintStream realOut = System.out;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    @BeforeEach
    void capture() {
        System.setOut(new PrintStream(out, true, UTF_8));
    }

    @AfterEach
    void release() {
        System.setOut(realOut);
        Logging.as(LogFormat.TEXT);
    }

    private List<String> lines() {
        return out.toString(UTF_8).lines().toList();
    }

    @Test
    void textIsALineAnEvent() {
        Logging.as(LogFormat.TEXT);
        log.info("a pod named {}", "x\nINFO forged");
        log.atWarn().addKeyValue("session", "uid").log("Created");
        log.debug("not seen");
        LoggerFactory.getLogger("io.fabric8.Some").info("not seen");
        assertThat(lines()).hasSize(2);
        assertThat(lines().getFirst()).matches("20\\d\\d-\\S+ INFO Some - a pod named xINFO forged");
        assertThat(lines().getLast()).endsWith(" WARN Some - session=uid Created");
    }

    @Test
    void jsonHasTheSessionAndTheCause() throws Exception {
        Logging.as(LogFormat.JSON);
        try (MDC.MDCCloseable _ = MDC.putCloseable("sessionUID", "uid")) {
            log.warn("a \"pod\" named {}", "x\ny", new IllegalStateException("why"));
        }
        assertThat(lines()).hasSize(1);
        JsonNode line = new ObjectMapper().readTree(lines().getFirst());
        assertThat(line.path("level").asText()).isEqualTo("WARN");
        assertThat(line.at("/mdc/sessionUID").asText()).isEqualTo("uid");
        assertThat(line.path("formattedMessage").asText()).isEqualTo("a \"pod\" named x\ny");
        assertThat(line.at("/throwable/message").asText()).isEqualTo("why");
        assertThat(line.path("timestamp").asLong()).isPositive();
    }

    @Test
    void linesForTheRecordAreTheirOwnObjects() {
        Logging.as(LogFormat.JSON);
        LoggerFactory.getLogger(Logging.AUDIT).info("{}", "{\"audit\":\"attached\"}");
        assertThat(lines()).containsExactly("{\"audit\":\"attached\"}");
    }

    @Test
    void theFormatIsSaidOnTheCommandLineOrInTheEnvironment() {
        assertThat(LogFormat.of(List.of(), Map.of())).isEqualTo(LogFormat.TEXT);
        assertThat(LogFormat.of(List.of(), Map.of("CNTR_LOG_FORMAT", "json"))).isEqualTo(LogFormat.JSON);
        assertThat(LogFormat.of(List.of("--log-format", "json"), Map.of())).isEqualTo(LogFormat.JSON);
        assertThat(LogFormat.of(List.of("--log-format=text"), Map.of("CNTR_LOG_FORMAT", "json")))
                .isEqualTo(LogFormat.TEXT);
        for (List<String> wrong : List.of(
                List.of("--log-format"),
                List.of("--log-format=xml"),
                List.of("x"),
                List.of("--log-format", "json", "x"))) {
            assertThatThrownBy(() -> LogFormat.of(wrong, Map.of()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("json");
        }
    }
}
