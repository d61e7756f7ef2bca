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
            super(engine + " has no container " + reference, null);
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
}
