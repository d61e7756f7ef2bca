package dev.cntr.cli;

import dev.cntr.cli.caller.Caller;
import dev.cntr.engine.EngineException;
import dev.cntr.engine.EngineType;
import dev.cntr.engine.Engines;
import dev.cntr.engine.RunningContainer;
import dev.cntr.engine.local.LocalEngines;
import dev.cntr.linux.proc.PinnedProcess;
import dev.cntr.linux.proc.ProcessGoneException;
import java.util.List;

/** Finds the process that a user's words mean. */
final class Targets {
    private final Engines engines;

    Targets(Engines engines) {
        this.engines = engines;
    }

    /** Among the engines of this machine that a caller's variables tell. */
    static Targets of(Caller caller) {
        return new Targets(LocalEngines.all(caller.environment(), caller.pid()));
    }

    /** A container and its first process, pinned while its engine said that this is the one. */
    record Found(RunningContainer container, PinnedProcess process) implements AutoCloseable {
        @Override
        public void close() {
            process.close();
        }
    }

    /**
     * Asks engines one after the other.
     *
     * @throws EngineException.Unresolved where none has it, with what each said
     * @throws EngineException.NotRunning where it ended just now
     */
    Found find(List<EngineType> types, String reference) {
        try (Engines.Found found = engines.find(types, reference)) {
            RunningContainer container = found.container();
            PinnedProcess process = pin(container);
            try {
                if (found.engine().running(container.ref().id()).pid() != container.pid()) {
                    throw new EngineException.NotRunning(container.ref(), "it was restarted meanwhile; try again");
                }
                return new Found(container, process);
            } catch (RuntimeException e) {
                process.close();
                throw e;
            }
        }
    }

    private static PinnedProcess pin(RunningContainer container) {
        try {
            return PinnedProcess.open(container.pid());
        } catch (ProcessGoneException e) {
            throw new EngineException.NotRunning(container.ref(), "its process " + container.pid() + " has just ended");
        }
    }
}
