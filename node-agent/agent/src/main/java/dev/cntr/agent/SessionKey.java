package dev.cntr.agent;

import dev.cntr.api.DebugSession;

/** Which resource is meant: a name alone would also mean a later session of the same name. */
record SessionKey(String namespace, String name, String uid) {
    static SessionKey of(DebugSession session) {
        var metadata = session.getMetadata();
        return new SessionKey(metadata.getNamespace(), metadata.getName(), metadata.getUid());
    }

    @Override
    public String toString() {
        return namespace + "/" + name;
    }
}
