package dev.cntr.agent;

import dev.cntr.api.DebugSession;
import org.slf4j.MDC;

/** Which resource is meant: a name alone would also mean a later session of the same name. */
record SessionKey(String namespace, String name, String uid) {
    static SessionKey of(DebugSession session) {
        var metadata = session.getMetadata();
        return new SessionKey(metadata.getNamespace(), metadata.getName(), metadata.getUid());
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
        return namespace + "/" + name;
    }
}
