package dev.cntr.api;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.crd.generator.annotation.AdditionalSelectableField;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Categories;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;

/**
 * One debugging session on a node itself. It belongs to the cluster, so no right in a namespace reaches a node. Operator and agents work on it as on a
 * {@link DebugSession} without a namespace: {@link #asSession()}, {@link DebugSession#ofNode()}.
 */
@Group(Names.GROUP)
@Version(Names.VERSION)
@ShortNames("ndbg")
@Categories("cntr")
@AdditionalPrinterColumn(name = "Node", jsonPath = ".spec.nodeName")
@AdditionalPrinterColumn(name = "Phase", jsonPath = ".status.phase")
@AdditionalPrinterColumn(name = "Reason", jsonPath = ".status.conditions[?(@.type==\"Ready\")].reason")
@AdditionalPrinterColumn(name = "Exit", jsonPath = ".status.exitCode", type = AdditionalPrinterColumn.Type.INTEGER)
@AdditionalPrinterColumn(
        name = "Age",
        jsonPath = ".metadata.creationTimestamp",
        type = AdditionalPrinterColumn.Type.DATE)
@AdditionalPrinterColumn(name = "Expires", jsonPath = ".status.expiresAt", priority = 1)
@AdditionalPrinterColumn(name = "Message", jsonPath = ".status.conditions[?(@.type==\"Ready\")].message", priority = 1)
@AdditionalSelectableField(jsonPath = ".spec.nodeName")
@AdditionalSelectableField(jsonPath = ".status.nodeName")
public class NodeDebugSession extends CustomResource<NodeDebugSessionSpec, DebugSessionStatus> {
    private static final long serialVersionUID = 1;

    @Override
    protected DebugSessionStatus initStatus() {
        return DebugSessionStatus.EMPTY;
    }

    /** What operator and agents work on. Metadata and status are shared with this. */
    public DebugSession asSession() {
        DebugSession session = new DebugSession();
        session.setKind(getKind());
        session.setMetadata(getMetadata());
        session.setSpec(getSpec().asSession());
        session.setStatus(getStatus());
        return session;
    }

    /** What is sent to the API server in a session's place, which is a node's: only its metadata says which one. */
    public static NodeDebugSession of(DebugSession session) {
        NodeDebugSession node = new NodeDebugSession();
        node.setMetadata(session.getMetadata());
        return node;
    }
}
