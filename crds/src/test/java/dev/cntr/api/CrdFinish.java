package dev.cntr.api;

import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceColumnDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinitionVersion;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;

/** Adds to a generated CRD what the generator has no annotation for: list types, the required spec, the order of the columns. */
enum CrdFinish {
    DEBUG_SESSIONS(
            "debugsessions",
            "A debugging session beside one container of one pod in the same namespace, or one for each pod of a selector.",
            List.of(
                    "Pod",
                    "Container",
                    "Node",
                    "Phase",
                    "Reason",
                    "Exit",
                    "Age",
                    "Matched",
                    "Succeeded",
                    "Failed",
                    "Expires",
                    "Message")) {
        @Override
        void finish(JSONSchemaProps root) {
            session(root);
            selector(property(root, "spec", "target", "selector"));
        }
    },
    NODE_DEBUG_SESSIONS(
            "nodedebugsessions",
            "A debugging session on a node itself, as its root. It belongs to the cluster: no right in a namespace reaches a node.",
            List.of("Node", "Phase", "Reason", "Exit", "Age", "Expires", "Message")) {
        @Override
        void finish(JSONSchemaProps root) {
            session(root);
        }
    },
    DEBUG_POLICIES(
            "debugpolicies",
            "A ceiling over the debugging sessions of some namespaces, or on some nodes. A session must fit every policy of its namespace or node.",
            List.of("MaxTTL", "Profiles", "Approval", "Recording", "Age")) {
        @Override
        void finish(JSONSchemaProps root) {
            property(root, "spec")
                    .setDescription("What sessions may be. A part that is missing says nothing about it.");
            property(root, "spec", "profiles").setXKubernetesListType("set");
            property(root, "spec", "tools", "sources").setXKubernetesListType("set");
            property(root, "spec", "tools", "images").setXKubernetesListType("set");
            property(root, "spec", "approval", "groups").setXKubernetesListType("set");
            selector(property(root, "spec", "namespaceSelector"));
            selector(property(root, "spec", "nodeSelector"));
        }
    };

    private final String plural;
    private final String description;
    private final List<String> columns;

    CrdFinish(String plural, String description, List<String> columns) {
        this.plural = plural;
        this.description = description;
        this.columns = columns;
    }

    /** The part that is of this kind alone. */
    abstract void finish(JSONSchemaProps root);

    /** The CRD's own name. */
    String crd() {
        return plural + "." + Names.GROUP;
    }

    /** The columns that {@code kubectl get} prints, in their order. */
    List<String> columns() {
        return columns;
    }

    CustomResourceDefinition of(CustomResourceDefinition generated) {
        for (CustomResourceDefinitionVersion version : generated.getSpec().getVersions()) {
            version.getAdditionalPrinterColumns()
                    .sort(Comparator.comparing(
                            CustomResourceColumnDefinition::getName, Comparator.comparing(this::place)));
            JSONSchemaProps root = version.getSchema().getOpenAPIV3Schema();
            root.setDescription(description);
            root.setRequired(List.of("spec"));
            finish(root);
        }
        return generated;
    }

    private int place(String column) {
        int at = columns.indexOf(column);
        if (at < 0) {
            throw new IllegalStateException(
                    "column %s of %s has no place: add it to CrdFinish".formatted(column, crd()));
        }
        return at;
    }

    private static void session(JSONSchemaProps root) {
        property(root, "spec")
                .setDescription(
                        "What is asked for. All but the times is fixed at creation, and approvals are only added.");
        property(root, "status").setDescription("What was found out and done.");
        keyed(property(root, "status", "conditions"), "type");
        keyed(property(root, "spec", "process", "env"), "name");
        keyed(property(root, "spec", "tools", "imagePullSecrets"), "name");
        keyed(property(root, "status", "pods", "results"), "pod");
        property(root, "spec", "process", "command").setXKubernetesListType("atomic");
        JSONSchemaProps approvals = property(root, "spec", "approvals");
        keyed(approvals, "username");
        property(approvals.getItems().getSchema(), "groups").setXKubernetesListType("set");
        property(root, "spec", "attach", "publicKeys").setXKubernetesListType("set");
    }

    private static void selector(JSONSchemaProps selector) {
        selector.setXKubernetesMapType("atomic");
        property(selector, "matchExpressions").setXKubernetesListType("atomic");
    }

    static void keyed(JSONSchemaProps list, String key) {
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
