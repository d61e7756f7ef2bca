package dev.cntr.engine;

import java.util.Map;
import java.util.Optional;

/**
 * A container that ran when its engine was asked.
 *
 * @param pid its first process, in the pid namespace of the engine. Pin it before use: it may have ended since
 * @param image as it was asked for, or its digest
 * @param labels the engine's
 * @param runtimeSpec the OCI runtime's config.json, where the engine tells it
 */
public record RunningContainer(
        ContainerRef ref, int pid, String image, Map<String, String> labels, Optional<String> runtimeSpec) {
    public RunningContainer {
        if (pid <= 0) {
            throw new IllegalArgumentException("a running container has a pid, not " + pid);
        }
        labels = Map.copyOf(labels);
    }
}
