package dev.cntr.engine;

import java.util.List;
import java.util.function.Predicate;

/** The images of a Kubernetes node, which are its container runtime's. */
public interface NodeImages {
    /**
     * Makes sure that an image is there; the runtime pulls it where it does not have it yet. May take minutes.
     *
     * @param reference as in a pod
     * @param logins what is tried with its registry, one after the other; without any it is pulled with what the runtime's own configuration says
     * @param pulls told before the runtime is asked to pull it
     * @return its id, the digest of its configuration
     * @throws EngineException where it cannot be had
     */
    String pulled(String reference, List<RegistryLogin> logins, Runnable pulls);

    /**
     * Holds an image that is there.
     *
     * @param id as of {@link #pulled}
     * @param reference for messages
     * @throws EngineException where the runtime does not tell how it is mounted
     */
    MountableImage hold(String id, String reference);

    /**
     * Holds the image that a container of the runtime is made of, also where the image itself has been removed: for a program that goes on without its container.
     *
     * @param containerId of one that is there
     * @throws EngineException where the runtime has no way to hold it
     */
    MountableImage holdImageOf(String containerId);

    /**
     * Lets go what other processes have held until they were killed.
     *
     * @param lives whether an owner still does, by the name that it has given itself; the empty one is whoever gave none
     */
    void releaseLeftovers(Predicate<String> lives);
}
