package dev.cntr.cli;

import dev.cntr.engine.Engine;
import dev.cntr.engine.EngineException;
import dev.cntr.engine.RunningContainer;
import dev.cntr.engine.cri.CriEngine;
import dev.cntr.linux.proc.PinnedProcess;
import dev.cntr.linux.proc.ProcessGoneException;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/** Finds the process that a user's words mean. */
final class Targets {
    private static final Pattern NUMBER = Pattern.compile("[1-9]\\d{0,9}");

    private final Supplier<Engine> cri;

    /** With the engine of this machine, which is asked only when it is needed. */
    Targets() {
        this(CriEngine::find);
    }

    Targets(Supplier<Engine> cri) {
        this.cri = cri;
    }

    /**
     * The process, pinned.
     *
     * @throws NoSuchTargetException where nothing matches
     * @throws EngineException as the engine tells it
     */
    PinnedProcess find(TargetType type, String reference) {
        return switch (type) {
            case PID -> process(reference);
            case CRI -> container(reference);
            case AUTO -> automatic(reference);
        };
    }

    private PinnedProcess automatic(String reference) {
        String noProcess = "not a number";
        if (NUMBER.matcher(reference).matches()) {
            try {
                return process(reference);
            } catch (NoSuchTargetException e) {
                noProcess = "none has it";
            }
        }
        try {
            return container(reference);
        } catch (EngineException.NotFound | EngineException.Unreachable e) {
            throw new NoSuchTargetException("nothing here is \"" + reference + "\". By process id: " + noProcess
                    + ". By cri: " + e.getMessage()
                    + ". Containers of other engines: give the id of one of their processes");
        }
    }

    private static PinnedProcess process(String reference) {
        if (!NUMBER.matcher(reference).matches() || Long.parseLong(reference) > Integer.MAX_VALUE) {
            throw new NoSuchTargetException("\"" + reference + "\" is no process id");
        }
        try {
            return PinnedProcess.open(Integer.parseInt(reference));
        } catch (ProcessGoneException e) {
            throw new NoSuchTargetException("no process has the id " + reference);
        }
    }

    private PinnedProcess container(String reference) {
        try (Engine engine = cri.get()) {
            RunningContainer container = engine.find(reference);
            PinnedProcess process = PinnedProcess.open(container.pid());
            try {
                RunningContainer again = engine.running(container.ref().id());
                if (again.pid() != container.pid()) {
                    throw new EngineException.NotRunning(container.ref(), "it was restarted meanwhile; try again");
                }
                return process;
            } catch (RuntimeException e) {
                process.close();
                throw e;
            }
        }
    }
}
