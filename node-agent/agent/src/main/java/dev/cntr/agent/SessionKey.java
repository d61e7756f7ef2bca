package dev.cntr.agent;

import dev.cntr.api.DebugSession;
import dev.cntr.protocol.RelayRequest;
import org.slf4j.MDC;

/**
 * Which resource is meant: a name alone would also mean a later session of the same name.
 *
 * @param namespace {@link RelayRequest#NO_NAMESPACE} for a session on a node
 */
record SessionKey(String namespace, String name, String uid) {
    static SessionKey of(DebugSession session) {
        var metadata = session.getMetadata();
        return new SessionKey(
                session.ofNode() ? RelayRequest.NO_NAMESPACE : metadata.getNamespace(),
                metadata.getName(),
                metadata.getUid());
    }

    /** Whether it is a session on a node. */
    boolean ofNode() {
        return namespace.equals(RelayRequest.NO_NAMESPACE);
    }

    /** Does it with the session in all lines that this thread logs: {@code session} and {@code sessionUID}. */
    void logged(Runnable task) {
        try (MDC.MDCCloseable _ = MDC.putCloseable("session", toString());
                MDC.MDCCloseable _ = MDC.putCloseable("sessionUID", uid)) {
            task.run();
        }
    }

    @Override
    public String toString() {
        return ofNode() ? name : namespace + "/" + name;
    }
}
