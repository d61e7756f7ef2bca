package dev.cntr.engine;

import java.util.List;

/** A container engine on this machine. Its methods block, and throw {@link EngineException}; threads may share it. */
public interface Engine extends AutoCloseable {

    /** What it calls itself, with its version: {@code containerd 1.7.29}. Asks it, so that this is the test of readiness. */
    String version();

    /**
     * The running container with exactly this id.
     *
     * @throws EngineException.NotFound where it has none
     * @throws EngineException.NotRunning where it is created, stopped or gone since
     */
    RunningContainer running(String id);

    /**
     * The running container that a user means: an id, the beginning of one, or a name in the engine's own form.
     *
     * @throws EngineException.Ambiguous where that could be several running ones
     */
    RunningContainer find(String reference);

    /** Every container it knows, running or not. */
    List<ListedContainer> list();

    @Override
    void close();
}
