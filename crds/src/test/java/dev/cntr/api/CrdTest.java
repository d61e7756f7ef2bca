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
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The chart's CRDs are those that the build generates. To write them anew: {@code mvn -pl crds test -Dcntr.crd.write}. */
class CrdTest {
    private static final Path GENERATED = Path.of("target/classes/META-INF/fabric8");
    private static final String SUFFIX = "-v1.yml";
    private static final Path CHART = Path.of("../charts/cntr/files");

    @ParameterizedTest
    @EnumSource
    void theChartHoldsTheGeneratedCrd(CrdFinish kind) throws IOException {
        String wanted = "# Generated from crds/ (mvn -pl crds test -Dcntr.crd.write): do not edit.\n"
                + Serialization.asYaml(finished(kind));
        Path chart = CHART.resolve(kind.crd() + ".yaml");
        if (System.getProperty("cntr.crd.write") != null) {
            Files.createDirectories(CHART);
            Files.writeString(chart, wanted);
        }
        assertThat(chart).content().isEqualTo(wanted);
    }

    @Test
    void noKindIsForgotten() throws IOException {
        try (Stream<Path> files = Files.list(GENERATED)) {
            assertThat(files.map(file -> file.getFileName().toString()).filter(name -> name.endsWith(SUFFIX)))
                    .containsExactlyInAnyOrderElementsOf(Arrays.stream(CrdFinish.values())
                            .map(kind -> kind.crd() + SUFFIX)
                            .toList());
        }
    }

    @ParameterizedTest
    @EnumSource
    void columnsComeInReadingOrder(CrdFinish kind) throws IOException {
        assertThat(version(kind).getAdditionalPrinterColumns())
                .extracting(CustomResourceColumnDefinition::getName)
                .containsExactlyElementsOf(kind.columns());
    }

    /** Without bounds the API server cannot estimate the cost of a rule, and one object may fill etcd. */
    @ParameterizedTest
    @EnumSource
    void everythingThatAUserWritesIsBounded(CrdFinish kind) throws IOException {
        List<String> unbounded = new ArrayList<>();
        collectUnbounded("", version(kind).getSchema().getOpenAPIV3Schema(), unbounded);
        assertThat(unbounded).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void aSpecIsNeeded(CrdFinish kind) throws IOException {
        assertThat(version(kind).getSchema().getOpenAPIV3Schema().getRequired()).containsExactly("spec");
    }

    @Test
    void listsMergeByKey() throws IOException {
        JSONSchemaProps root = version(CrdFinish.DEBUG_SESSIONS).getSchema().getOpenAPIV3Schema();
        JSONSchemaProps conditions = CrdFinish.property(root, "status", "conditions");
        assertThat(conditions.getXKubernetesListType()).isEqualTo("map");
        assertThat(conditions.getXKubernetesListMapKeys()).containsExactly("type");
    }

    @Test
    void agentsMaySelectByNode() throws IOException {
        assertThat(version(CrdFinish.DEBUG_SESSIONS).getSelectableFields())
                .extracting(field -> field.getJsonPath())
                .containsExactlyInAnyOrder(".status.nodeName", ".spec.target.pod");
    }

    @Test
    void sessionsAreOfANamespaceAndPoliciesOfTheCluster() throws IOException {
        assertThat(finished(CrdFinish.DEBUG_SESSIONS).getSpec().getScope()).isEqualTo("Namespaced");
        assertThat(finished(CrdFinish.NODE_DEBUG_SESSIONS).getSpec().getScope()).isEqualTo("Cluster");
        assertThat(finished(CrdFinish.DEBUG_POLICIES).getSpec().getScope()).isEqualTo("Cluster");
    }

    private static CustomResourceDefinitionVersion version(CrdFinish kind) throws IOException {
        return finished(kind).getSpec().getVersions().getFirst();
    }

    private static CustomResourceDefinition finished(CrdFinish kind) throws IOException {
        return kind.of(Serialization.unmarshal(
                Files.readString(GENERATED.resolve(kind.crd() + SUFFIX)), CustomResourceDefinition.class));
    }

    private static void collectUnbounded(String path, JSONSchemaProps schema, List<String> found) {
        if (Boolean.TRUE.equals(schema.getXKubernetesIntOrString())) {
            return; // takes no bounds, and the API server reckons with the longest request
        }
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
            case "object" -> {
                if (schema.getAdditionalProperties() != null) {
                    if (schema.getMaxProperties() == null) {
                        found.add(path);
                    }
                    collectUnbounded(
                            path + "{}", schema.getAdditionalProperties().getSchema(), found);
                }
            }
            default -> {}
        }
        schema.getProperties().forEach((name, child) -> collectUnbounded(path + "." + name, child, found));
    }
}
