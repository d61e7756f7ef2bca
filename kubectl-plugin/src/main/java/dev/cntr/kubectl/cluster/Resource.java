package dev.cntr.kubectl.cluster;

import dev.cntr.api.Names;

/**
 * A kind of object in one namespace or of the cluster, by its REST names.
 *
 * @param group empty for the core group
 * @param namespace empty for one of the cluster
 */
record Resource(String group, String version, String plural, String namespace) {
    static Resource sessions(String namespace) {
        return new Resource(Names.GROUP, Names.VERSION, "debugsessions", namespace);
    }

    static Resource nodeSessions() {
        return new Resource(Names.GROUP, Names.VERSION, "nodedebugsessions", "");
    }

    static Resource pods(String namespace) {
        return new Resource("", "v1", "pods", namespace);
    }

    /** The path of the collection, without a leading slash. */
    String path() {
        return (group.isEmpty() ? "api/" : "apis/" + group + "/") + version + "/"
                + (namespace.isEmpty() ? "" : "namespaces/" + namespace + "/") + plural;
    }

    /** As in {@code kubectl auth can-i VERB THIS -n NAMESPACE}. */
    String qualified() {
        return group.isEmpty() ? plural : plural + "." + group;
    }
}
