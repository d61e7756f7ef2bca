package dev.cntr.agent;

import dev.cntr.engine.ListedContainer;
import dev.cntr.engine.StartEvents;
import dev.cntr.engine.cri.CriEngine;
import dev.cntr.engine.local.LocalEngines;
import dev.cntr.linux.ErrnoException;
import dev.cntr.linux.proc.ExecStop;
import dev.cntr.linux.proc.PinnedProcess;
import dev.cntr.linux.proc.ProcessGoneException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits for the next start of one container of one pod on this node, whatever it does now, and where asked for stops it there before its first instruction. The container
 * runtime tells of the init process while that still waits to execute the container's program; it is looked for by the runtime's list as well, for what was not told.
 */
final class NextStart {
    private static final Logger log = LoggerFactory.getLogger(NextStart.class);

    /** Between two looks at the list, and whether anybody still waits. */
    private static final Duration LOOK = Duration.ofMillis(500);

    /** Looks after which the pod is asked about once more. */
    private static final int LOOKS_PER_POD = 10;

    /** For a runtime to list what it has told of. */
    private static final Duration LISTED = Duration.ofMillis(30);

    /** For a runtime to start what it has created. */
    private static final Duration START = Duration.ofSeconds(10);

    private static final long PAUSE_NANOS = 2_000_000;
    private static final int SIGCONT = 18;

    private final CriEngine runtime;
    private final String podUid;
    private final String container;
    private final boolean hold;
    private final Set<String> old = new HashSet<>();
    private final Set<String> expected = new HashSet<>();

    /** Who waits. */
    interface Waiter {
        /** The watch has begun. */
        void begun();

        /** Whether nobody waits any more. */
        boolean over();

        /** Throws where there will be no start, since there is no such pod any more. */
        void checkPod();
    }

    /** @param podUid as the runtime's labels have it */
    NextStart(CriEngine runtime, String podUid, String container, boolean hold) {
        this.runtime = runtime;
        this.podUid = podUid;
        this.container = container;
        this.hold = hold;
    }

    /** The id of the container that runs then; empty where nobody waits any more. */
    Optional<String> await(Waiter waiter) {
        try (StartEvents events = LocalEngines.starts(runtime, podUid, container)) {
            starts().stream().filter(ListedContainer::running).forEach(running -> old.add(id(running)));
            waiter.begun();
            for (int look = 1; !waiter.over(); look++) {
                Optional<StartEvents.Event> event = events.next(LOOK);
                Optional<String> started = event.isPresent() ? told(event.get()) : missed();
                if (started.isPresent()) {
                    return started;
                }
                if (look % LOOKS_PER_POD == 0) {
                    waiter.checkPod();
                }
            }
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AgentException("interrupted while waiting for the next start of container " + container, e);
        }
    }

    /** A start that the runtime has not told of, or told of before anybody listened. */
    private Optional<String> missed() {
        List<ListedContainer> starts = starts();
        starts.stream().filter(start -> !start.running()).map(NextStart::id).forEach(expected::add);
        return starts.stream()
                .filter(ListedContainer::running)
                .map(NextStart::id)
                .filter(old::add)
                .findFirst();
    }

    private Optional<String> told(StartEvents.Event event) {
        return switch (event) {
            case StartEvents.Event.Made(String id) -> {
                expect(id);
                yield Optional.empty();
            }
            case StartEvents.Event.Starting(String id, int pid)
            when !old.contains(id) && (expected.contains(id) || isOurs(id)) -> started(id, pid);
            case StartEvents.Event.Starting _ -> Optional.empty();
        };
    }

    /** Asks whose it is as soon as it is made: when it is about to start there is no time for that. The runtime lists it a moment after it has told of it. */
    private void expect(String id) {
        long end = System.nanoTime() + LISTED.toNanos();
        while (System.nanoTime() - end < 0) {
            if (isOurs(id)) {
                expected.add(id);
                return;
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    private boolean isOurs(String id) {
        return starts().stream().anyMatch(start -> id(start).equals(id));
    }

    private Optional<String> started(String id, int pid) {
        old.add(id);
        try (PinnedProcess init = PinnedProcess.open(pid)) {
            boolean held = hold && held(id, init);
            if (runs(id, init)) {
                return Optional.of(id);
            }
            if (held) {
                init.signal(SIGCONT);
            } else if (!init.exited()) {
                old.remove(id); // it was created long before its start
            }
            return Optional.empty();
        } catch (ProcessGoneException e) {
            log.info("container {} started and is gone already: {}", id, e.getMessage());
            return Optional.empty();
        }
    }

    /** Whoever gets this container stops it in any case, if later than this would. */
    private boolean held(String id, PinnedProcess init) {
        try {
            return ExecStop.await(init, START, () -> runs(id));
        } catch (ErrnoException e) {
            log.warn("{} is stopped only after its first instructions: {}", init, e.getMessage());
            return false;
        }
    }

    /** Until the runtime itself says that it runs. */
    private boolean runs(String id, PinnedProcess init) {
        long end = System.nanoTime() + START.toNanos();
        while (System.nanoTime() - end < 0 && !init.exited()) {
            if (runs(id)) {
                return true;
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        return false;
    }

    private boolean runs(String id) {
        return starts().stream().anyMatch(start -> start.running() && id(start).equals(id));
    }

    private List<ListedContainer> starts() {
        return runtime.startsOf(podUid, container);
    }

    private static String id(ListedContainer start) {
        return start.ref().id();
    }
}
