package dev.cntr.api;

import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceColumnDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinitionVersion;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;

/** Adds to the generated CRD what the generator has no annotation for: list types, the required spec, the order of the columns. */
final class CrdFinish {
    private static final List<String> COLUMNS =
            List.of("Pod", "Container", "Node", "Phase", "Reason", "Exit", "Age", "Expires", "Message");

    private CrdFinish() {}

    static CustomResourceDefinition of(CustomResourceDefinition generated) {
        for (CustomResourceDefinitionVersion version : generated.getSpec().getVersions()) {
            version.getAdditionalPrinterColumns()
                    .sort(Comparator.comparing(
                            CustomResourceColumnDefinition::getName, Comparator.comparing(CrdFinish::column)));
            JSONSchemaProps root = version.getSchema().getOpenAPIV3Schema();
            root.setDescription("A debugging session beside one container of one pod in the same namespace.");
            root.setRequired(List.of("spec"));
            property(root, "spec").setDescription("What is asked for. All but the times is fixed at creation.");
            property(root, "status").setDescription("What was found out and done.");
            keyed(property(root, "status", "conditions"), "type");
            keyed(property(root, "spec", "process", "env"), "name");
            property(root, "spec", "process", "command").setXKubernetesListType("atomic");
            property(root, "spec", "attach", "publicKeys").setXKubernetesListType("set");
        }
        return generated;
    }

    private static int column(String name) {
        int at = COLUMNS.indexOf(name);
        if (at < 0) {
            throw new IllegalStateException("column %s has no place: add it to CrdFinish.COLUMNS".formatted(name));
        }
        return at;
    }

    private static void keyed(JSONSchemaProps list, String key) {
        list.setXKubernetesListType("map");
        list.setXKubernetesListMapKeys(List.of(key));
    }

    static JSONSchemaProps property(JSONSchemaProps parent, String... path) {
        JSONSchemaProps at = parent;
        for (String name : path) {
            at = Objects.requireNonNull(at.getProperties().get(name), name);
        }
        return at;
    }
}
