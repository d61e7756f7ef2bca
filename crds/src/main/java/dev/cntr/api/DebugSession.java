package dev.cntr.api;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.crd.generator.annotation.AdditionalSelectableField;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Categories;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;

/** One debugging session beside one container of one pod in the same namespace, or one for each pod of a selector. */
@Group(Names.GROUP)
@Version(Names.VERSION)
@ShortNames("dbg")
@Categories("cntr")
@AdditionalPrinterColumn(name = "Pod", jsonPath = ".spec.target.pod")
@AdditionalPrinterColumn(name = "Container", jsonPath = ".status.containerName")
@AdditionalPrinterColumn(name = "Node", jsonPath = ".status.nodeName")
@AdditionalPrinterColumn(name = "Phase", jsonPath = ".status.phase")
@AdditionalPrinterColumn(name = "Reason", jsonPath = ".status.conditions[?(@.type==\"Ready\")].reason")
@AdditionalPrinterColumn(name = "Exit", jsonPath = ".status.exitCode", type = AdditionalPrinterColumn.Type.INTEGER)
@AdditionalPrinterColumn(
        name = "Age",
        jsonPath = ".metadata.creationTimestamp",
        type = AdditionalPrinterColumn.Type.DATE)
@AdditionalPrinterColumn(
        name = "Matched",
        jsonPath = ".status.pods.matched",
        type = AdditionalPrinterColumn.Type.INTEGER,
        priority = 1)
@AdditionalPrinterColumn(
        name = "Succeeded",
        jsonPath = ".status.pods.succeeded",
        type = AdditionalPrinterColumn.Type.INTEGER,
        priority = 1)
@AdditionalPrinterColumn(
        name = "Failed",
        jsonPath = ".status.pods.failed",
        type = AdditionalPrinterColumn.Type.INTEGER,
        priority = 1)
@AdditionalPrinterColumn(name = "Expires", jsonPath = ".status.expiresAt", priority = 1)
@AdditionalPrinterColumn(name = "Message", jsonPath = ".status.conditions[?(@.type==\"Ready\")].message", priority = 1)
@AdditionalSelectableField(jsonPath = ".spec.target.pod")
@AdditionalSelectableField(jsonPath = ".status.nodeName")
public class DebugSession extends CustomResource<DebugSessionSpec, DebugSessionStatus> implements Namespaced {
    private static final long serialVersionUID = 1;

    @Override
    protected DebugSessionStatus initStatus() {
        return DebugSessionStatus.EMPTY;
    }

    /** Whether it stands for a {@link NodeDebugSession}: it has no namespace, and its target is a node. */
    public boolean ofNode() {
        return getMetadata().getNamespace() == null;
    }

    /** Where it is, for people: {@code in namespace shop}, {@code on node n1}. */
    public String where() {
        return ofNode()
                ? "on node " + getSpec().target().podText()
                : "in namespace " + getMetadata().getNamespace();
    }

    /** Its name, for people: {@code shop/web-x7k2p}; of a node's session without a namespace. */
    public String title() {
        return ofNode()
                ? getMetadata().getName()
                : getMetadata().getNamespace() + "/" + getMetadata().getName();
    }
}
