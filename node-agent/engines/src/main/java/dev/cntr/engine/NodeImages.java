package dev.cntr.engine;

import java.util.List;

/** The images of a Kubernetes node, which are its container runtime's. */
public interface NodeImages {
    /**
     * Makes sure that an image is there; the runtime pulls it where it does not have it yet. May take minutes.
     *
     * @param reference as in a pod
     * @param logins what is tried with its registry, one after the other; without any it is pulled with what the runtime's own configuration says
     * @return its id, the digest of its configuration
     * @throws EngineException where it cannot be had
     */
    String pulled(String reference, List<RegistryLogin> logins);

    /**
     * Holds an image that is there.
     *
     * @param id as of {@link #pulled}
     * @param reference for messages
     * @throws EngineException where the runtime does not tell how it is mounted
     */
    MountableImage hold(String id, String reference);

    /** Lets go what an earlier process has held until it was killed. */
    void releaseLeftovers();
}
