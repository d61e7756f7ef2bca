package dev.cntr.engine;

/** The images of a Kubernetes node, which are its container runtime's. */
public interface NodeImages {
    /**
     * Makes sure that an image is there; the runtime pulls it where it does not have it yet. May take minutes.
     *
     * @param reference as in a pod
     * @return its id, the digest of its configuration
     * @throws EngineException where it cannot be had
     */
    String pulled(String reference);

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
