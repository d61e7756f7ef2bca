package dev.cntr.operator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.marcnuri.helm.Helm;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Alerts and dashboard of the chart; that their metrics exist, an end-to-end test shows. */
class MonitoringTest {
    private static final Path CHART = Path.of("../charts/cntr").toAbsolutePath().normalize();

    @Test
    void everyAlertIsExplainedInTheRunbook() throws IOException {
        Set<String> headings;
        try (var lines = Files.lines(CHART.resolve("../../docs/operations.md"))) {
            headings = lines.filter(line -> line.startsWith("### "))
                    .map(line -> "https://runbook.example#" + line.substring(4).toLowerCase(Locale.ROOT))
                    .collect(Collectors.toSet());
        }
        List<JsonNode> alerts = rendered("PrometheusRule").findParents("alert");
        assertThat(alerts).hasSizeGreaterThan(4).allSatisfy(alert -> {
            assertThat(alert.at("/annotations/runbook_url").asText()).isIn(headings);
            assertThat(alert.at("/annotations/summary").asText()).isNotEmpty();
            assertThat(alert.at("/labels/severity").asText()).isIn("warning", "critical");
        });
    }

    @Test
    void theDashboardIsOneForGrafanasSidecar() throws IOException {
        JsonNode map = rendered("ConfigMap");
        assertThat(map.at("/metadata/labels/grafana_dashboard").asText()).isEqualTo("1");
        JsonNode dashboard =
                Serialization.jsonMapper().readTree(map.at("/data/cntr.json").asText());
        List<Integer> ids = new ArrayList<>();
        dashboard.path("panels").forEach(panel -> ids.add(panel.path("id").asInt()));
        assertThat(ids).isNotEmpty().doesNotHaveDuplicates();
    }

    @Test
    void noneOfItIsThereUnlessAskedFor() throws IOException {
        assertThat(template("false")).doesNotContain("monitoring.coreos.com", "grafana_dashboard");
    }

    private static JsonNode rendered(String kind) throws IOException {
        for (String document : template("true").split("(?m)^---$")) {
            JsonNode object = Serialization.yamlMapper().readTree(document);
            if (object != null && object.path("kind").asText().equals(kind)) {
                return object;
            }
        }
        throw new AssertionError("no " + kind + " is rendered");
    }

    private static String template(String create) {
        return new Helm(CHART)
                .template()
                .withName("cntr")
                .withKubeVersion("1.34.0")
                .set("metrics.podMonitor.create", create)
                .set("metrics.rules.create", create)
                .set("metrics.rules.runbook", "https://runbook.example")
                .set("metrics.dashboard.create", create)
                .call();
    }
}
