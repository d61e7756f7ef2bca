package dev.cntr.api;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import org.jspecify.annotations.Nullable;

/**
 * The objects in the API server that sessions stand for: a {@link DebugSession} in its namespace, or a {@link NodeDebugSession} where it is a node's. One request a method. They
 * are changed by the object at hand and not by its name: the client library would read it first.
 */
public final class SessionObjects {
    private final KubernetesClient client;

    /** @param client stays the caller's */
    public SessionObjects(KubernetesClient client) {
        this.client = client;
    }

    /** The session of that name; null where there is none. */
    public @Nullable DebugSession get(@Nullable String namespace, String name) {
        if (namespace == null) {
            NodeDebugSession node =
                    client.resources(NodeDebugSession.class).withName(name).get();
            return node == null ? null : node.asSession();
        }
        return client.resources(DebugSession.class)
                .inNamespace(namespace)
                .withName(name)
                .get();
    }

    /** Changes its metadata; returns the session as it is then. */
    public DebugSession patch(DebugSession session, PatchContext how, String patch) {
        return asSession(resource(session).patch(how, patch));
    }

    /** Changes its status; returns the session as it is then. */
    public DebugSession patchStatus(DebugSession session, PatchContext how, String patch) {
        return asSession(resource(session).subresource("status").patch(how, patch));
    }

    /** Deletes it, whatever became of it. */
    public void delete(DebugSession session) {
        resource(session).delete();
    }

    /** Deletes it if it is as it is known here. */
    public void deleteUnchanged(DebugSession session) {
        resource(session)
                .lockResourceVersion(session.getMetadata().getResourceVersion())
                .delete();
    }

    private Resource<? extends HasMetadata> resource(DebugSession session) {
        return session.ofNode() ? client.resource(NodeDebugSession.of(session)) : client.resource(session);
    }

    private static DebugSession asSession(HasMetadata object) {
        return object instanceof NodeDebugSession node ? node.asSession() : (DebugSession) object;
    }
}
