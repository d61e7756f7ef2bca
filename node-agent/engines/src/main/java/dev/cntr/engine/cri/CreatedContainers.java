package dev.cntr.engine.cri;

import dev.cntr.engine.EngineException;
import dev.cntr.engine.ListedContainer;
import dev.cntr.engine.StartEvents;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * The starts of one container of one pod where the runtime is CRI-O: a container that is created has its init process already, which waits for the kubelet's next call. It is
 * looked for in the runtime's list, since CRI-O tells of events only where its {@code enable_pod_events} is set, which it is not by default.
 */
public final class CreatedContainers implements StartEvents {
    /** A kubelet lets some milliseconds go by between a container's creation and its start. */
    private static final Duration LOOK = Duration.ofMillis(10);

    private final CriEngine runtime;
    private final String podUid;
    private final String container;
    private final Set<String> told = new HashSet<>();

    /**
     * Those from now on, and one that is created already.
     *
     * @param runtime stays the caller's
     * @param podUid as the runtime's labels have it
     */
    public CreatedContainers(CriEngine runtime, String podUid, String container) {
        this.runtime = runtime;
        this.podUid = podUid;
        this.container = container;
    }

    @Override
    public Optional<Event> next(Duration time) throws InterruptedException {
        long end = System.nanoTime() + time.toNanos();
        while (System.nanoTime() - end < 0) {
            Optional<Event> starting = look();
            if (starting.isPresent()) {
                return starting;
            }
            Thread.sleep(LOOK);
        }
        return Optional.empty();
    }

    private Optional<Event> look() {
        return runtime.startsOf(podUid, container).stream()
                .filter(start -> start.state().equals(CriEngine.CREATED))
                .map(ListedContainer::ref)
                .filter(ref -> told.add(ref.id()))
                .flatMap(ref -> starting(ref.id()).stream())
                .findFirst();
    }

    private Optional<Event> starting(String id) {
        try {
            return Optional.of(new Event.Starting(id, runtime.createdPid(id)));
        } catch (EngineException.NotFound e) {
            return Optional.empty(); // removed again
        }
    }

    @Override
    public void close() {
        // nothing is open
    }
}
