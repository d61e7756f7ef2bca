package dev.cntr.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Asks engines one after the other. An engine is opened when its turn comes, and closed before the next one's: those that
 * are not asked cost nothing, not even their classes.
 */
public final class Engines {
    private final Function<EngineType, Engine> opener;

    /**
     * With the engines that a function opens; it may throw as they do.
     */
    public Engines(Function<EngineType, Engine> opener) {
        this.opener = opener;
    }

    /** A container, and the engine that has it, still open. */
    public record Found(EngineType type, Engine engine, RunningContainer container) implements AutoCloseable {
        @Override
        public void close() {
            engine.close();
        }
    }

    /** What engines list, and why others do not. */
    public record Inventory(List<ListedContainer> containers, List<EngineException> failures) {}

    /** What one engine said instead of giving a container. */
    public record Answer(EngineType type, EngineException said) {}

    /**
     * The first container that matches. An engine that has several, or one that does not run, ends the search: the user
     * means it, and is not to get another one.
     *
     * @throws EngineException.Unresolved with every engine's answer
     */
    public Found find(List<EngineType> types, String reference) {
        List<Answer> answers = new ArrayList<>();
        for (EngineType type : types) {
            try {
                return find(type, reference);
            } catch (EngineException e) {
                answers.add(new Answer(type, e));
                if (e instanceof EngineException.Ambiguous || e instanceof EngineException.NotRunning) {
                    break;
                }
            }
        }
        throw new EngineException.Unresolved(reference, answers);
    }

    private Found find(EngineType type, String reference) {
        Engine engine = opener.apply(type);
        try {
            return new Found(type, engine, engine.find(reference));
        } catch (RuntimeException | Error e) {
            engine.close();
            throw e;
        }
    }

    /** The containers of several engines. Those that are not on this machine are passed over. */
    public Inventory list(List<EngineType> types) {
        List<ListedContainer> containers = new ArrayList<>();
        List<EngineException> failures = new ArrayList<>();
        for (EngineType type : types) {
            try (Engine engine = opener.apply(type)) {
                containers.addAll(engine.list());
            } catch (EngineException.Absent e) {
                continue;
            } catch (EngineException e) {
                failures.add(e);
            }
        }
        return new Inventory(containers, failures);
    }
}
