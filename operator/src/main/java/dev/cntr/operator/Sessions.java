package dev.cntr.operator;

import dev.cntr.api.DebugSession;
import dev.cntr.api.DebugSessionStatus;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The API server as the reconciler needs it. Each write is refused if the object changed since the given state was read. */
interface Sessions {
    /** The session's target pod, read from the API server itself; null if there is none. */
    @Nullable
    Pod targetPod(DebugSession session);

    /** The node of a session on one, read from the API server itself; null if there is none. */
    @Nullable
    Node targetNode(DebugSession session);

    /** The pods that the session's selector takes, read from the API server itself. */
    List<Pod> selectedPods(DebugSession session);

    /** Makes a session; nothing where one of its name is there. */
    void make(DebugSession child);

    /** Writes the status; returns the session as it is then. */
    DebugSession write(DebugSession session, DebugSessionStatus status);

    /** Puts cntr's finalizer on; returns the session as it is then. */
    DebugSession addFinalizer(DebugSession session);

    /** Takes cntr's finalizer off; the object may be gone then. */
    DebugSession removeFinalizer(DebugSession session);

    /** Deletes the object. */
    void delete(DebugSession session);
}
