package dev.cntr.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceColumnDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinitionVersion;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The chart's CRD is the one that the build generates. To write it anew: {@code mvn -pl crds test -Dcntr.crd.write}. */
class CrdTest {
    private static final Path GENERATED = Path.of("target/classes/META-INF/fabric8/debugsessions.cntr.dev-v1.yml");
    private static final Path CHART = Path.of("../charts/cntr/files/debugsessions.cntr.dev.yaml");

    @Test
    void theChartHoldsTheGeneratedCrd() throws IOException {
        String wanted = "# Generated from crds/ (mvn -pl crds test -Dcntr.crd.write): do not edit.\n"
                + Serialization.asYaml(finished());
        if (System.getProperty("cntr.crd.write") != null) {
            Files.createDirectories(CHART.getParent());
            Files.writeString(CHART, wanted);
        }
        assertThat(CHART).content().isEqualTo(wanted);
    }

    @Test
    void columnsComeInReadingOrder() throws IOException {
        assertThat(version().getAdditionalPrinterColumns())
                .extracting(CustomResourceColumnDefinition::getName)
                .containsExactly("Pod", "Container", "Node", "Phase", "Reason", "Exit", "Age", "Expires", "Message");
    }

    /** Without bounds the API server cannot estimate the cost of a rule, and one object may fill etcd. */
    @Test
    void everythingThatAUserWritesIsBounded() throws IOException {
        List<String> unbounded = new ArrayList<>();
        collectUnbounded("", version().getSchema().getOpenAPIV3Schema(), unbounded);
        assertThat(unbounded).isEmpty();
    }

    @Test
    void listsMergeByKeyAndASpecIsNeeded() throws IOException {
        JSONSchemaProps root = version().getSchema().getOpenAPIV3Schema();
        assertThat(root.getRequired()).containsExactly("spec");
        JSONSchemaProps conditions = CrdFinish.property(root, "status", "conditions");
        assertThat(conditions.getXKubernetesListType()).isEqualTo("map");
        assertThat(conditions.getXKubernetesListMapKeys()).containsExactly("type");
    }

    @Test
    void agentsMaySelectByNode() throws IOException {
        assertThat(version().getSelectableFields())
                .extracting(field -> field.getJsonPath())
                .containsExactlyInAnyOrder(".status.nodeName", ".spec.target.pod");
    }

    private static CustomResourceDefinitionVersion version() throws IOException {
        return finished().getSpec().getVersions().getFirst();
    }

    private static CustomResourceDefinition finished() throws IOException {
        return CrdFinish.of(Serialization.unmarshal(Files.readString(GENERATED), CustomResourceDefinition.class));
    }

    private static void collectUnbounded(String path, JSONSchemaProps schema, List<String> found) {
        switch (schema.getType()) {
            case "string" -> {
                if (schema.getMaxLength() == null
                        && schema.getEnum().isEmpty()
                        && schema.getFormat() == null
                        && schema.getPattern() == null) {
                    found.add(path);
                }
            }
            case "array" -> {
                if (schema.getMaxItems() == null) {
                    found.add(path);
                }
                collectUnbounded(path + "[]", schema.getItems().getSchema(), found);
            }
            default -> {}
        }
        schema.getProperties().forEach((name, child) -> collectUnbounded(path + "." + name, child, found));
    }
}
