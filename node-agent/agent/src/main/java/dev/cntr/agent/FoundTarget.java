package dev.cntr.agent;

import dev.cntr.linux.proc.PinnedProcess;
import java.util.Optional;

/**
 * What a session is about, on this node.
 *
 * @param process the container's first process, pinned; whoever gets this closes it
 * @param runtimeSpec the config.json that the container runtime made the container by, as it tells it
 */
record FoundTarget(PinnedProcess process, Optional<String> runtimeSpec) implements AutoCloseable {
    @Override
    public void close() {
        process.close();
    }
}
