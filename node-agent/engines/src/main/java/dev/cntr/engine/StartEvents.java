package dev.cntr.engine;

import java.time.Duration;
import java.util.Optional;

/** A container runtime's word of each container that is about to start: its init process exists and waits to execute the container's program. */
public interface StartEvents extends AutoCloseable {
    /** What is told of a container. */
    sealed interface Event {
        /** The container's id. */
        String containerId();

        /** It was made. */
        record Made(String containerId) implements Event {}

        /**
         * It is about to start.
         *
         * @param pid its init process, as the node's own pid namespace has it
         */
        record Starting(String containerId, int pid) implements Event {}
    }

    /**
     * The next one.
     *
     * @return empty where there was none in time
     * @throws EngineException where there will be none any more
     */
    Optional<Event> next(Duration time) throws InterruptedException;

    @Override
    void close();
}
