package dev.cntr.engine;

import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Why an engine did not give a running container. The message names the engine, what was asked and what to do next. */
public abstract sealed class EngineException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private EngineException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /** It has no such container. */
    public static final class NotFound extends EngineException {
        private static final long serialVersionUID = 1L;

        public NotFound(String engine, String reference) {
            this(engine + " has no container " + reference);
        }

        /** In the words of what is no container engine. */
        public NotFound(String message) {
            super(message, null);
        }
    }

    /** It has the container, which does not run. */
    public static final class NotRunning extends EngineException {
        private static final long serialVersionUID = 1L;

        /**
         * @param state in the engine's words
         */
        public NotRunning(ContainerRef ref, String state) {
            super("container " + ref + " is not running: " + state, null);
        }
    }

    /** It has several running containers that could be meant. */
    public static final class Ambiguous extends EngineException {
        private static final long serialVersionUID = 1L;

        public Ambiguous(String engine, String reference, List<ContainerRef> candidates) {
            super(
                    engine + " has several running containers that match " + reference + ", give more of the id: "
                            + candidates.stream().map(ContainerRef::toString).collect(Collectors.joining(", ")),
                    null);
        }
    }

    /** It is not on this machine, or nothing of it runs. */
    public static final class Absent extends EngineException {
        private static final long serialVersionUID = 1L;

        public Absent(String message) {
            super(message, null);
        }
    }

    /** It could not be asked, or did not answer. */
    public static final class Unreachable extends EngineException {
        private static final long serialVersionUID = 1L;

        public Unreachable(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }

    /** It answered, but does not tell what cntr needs. */
    public static final class Unsupported extends EngineException {
        private static final long serialVersionUID = 1L;

        public Unsupported(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }

    /** None of several engines has it. Tells what each said. */
    public static final class Unresolved extends EngineException {
        private static final long serialVersionUID = 1L;

        private final transient List<Engines.Answer> answers;

        Unresolved(String reference, List<Engines.Answer> answers) {
            super(
                    "no running container is \"" + reference + "\". Asked were:"
                            + answers.stream()
                                    .map(a -> "\n  " + a.type().word() + ": "
                                            + a.said().getMessage())
                                    .collect(Collectors.joining()),
                    null);
            this.answers = List.copyOf(answers);
        }

        public List<Engines.Answer> answers() {
            return answers;
        }

        /** The answer that tells most: that it is ambiguous, does not run, is not there; else the first. */
        public EngineException decisive() {
            List<EngineException> said =
                    answers.stream().map(Engines.Answer::said).toList();
            for (Class<? extends EngineException> kind : List.of(Ambiguous.class, NotRunning.class, NotFound.class)) {
                for (EngineException e : said) {
                    if (kind.isInstance(e)) {
                        return e;
                    }
                }
            }
            return said.isEmpty() ? this : said.getFirst();
        }
    }
}
