package dev.cntr.agent;

import dev.cntr.linux.proc.PinnedProcess;
import java.util.Optional;

/**
 * What a session is about, on this node.
 *
 * @param process the container's first process, pinned; whoever gets this closes it
 * @param containerId the runtime's own
 * @param runtimeSpec the config.json that the container runtime made the container by, as it tells it
 * @param held whether the process was stopped for the session, which lets it go on when it ends
 */
record FoundTarget(PinnedProcess process, String containerId, Optional<String> runtimeSpec, boolean held)
        implements AutoCloseable {
    private static final int SIGSTOP = 19;
    private static final int SIGCONT = 18;

    /** The same, stopped if it is not yet. */
    FoundTarget hold() {
        process.signal(SIGSTOP);
        return new FoundTarget(process, containerId, runtimeSpec, true);
    }

    @Override
    public void close() {
        if (held) {
            process.signal(SIGCONT);
        }
        process.close();
    }
}
