package dev.cntr.agent;

import dev.cntr.attach.tools.Tools;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Trees of tools that several sessions use: each is opened for the first of them, and closed with the last. */
final class SharedTrees {
    private static final Logger log = LoggerFactory.getLogger(SharedTrees.class);

    /** After that a session gets a tree of its own: the runtime keeps an image for us a limited time. */
    private static final Duration SHARED = Duration.ofHours(1);

    private final Clock clock;
    private final Map<String, Shared> byName = new HashMap<>();

    SharedTrees(Clock clock) {
        this.clock = clock;
    }

    /**
     * The tools of a name.
     *
     * @param opened how they are opened where nobody uses them
     */
    SessionTools open(String name, Supplier<Tools> opened) {
        Shared shared = join(name, opened);
        return new SessionTools(shared.tools::cloneMount, shared.tools.path(), () -> leave(name, shared));
    }

    private synchronized Shared join(String name, Supplier<Tools> opened) {
        Shared here = byName.get(name);
        if (here == null || here.opened.plus(SHARED).isBefore(clock.instant())) {
            here = new Shared(opened.get(), clock.instant());
            byName.put(name, here);
            log.info("the tools of {} are mounted", name);
        }
        here.users++;
        return here;
    }

    private synchronized void leave(String name, Shared shared) {
        shared.users--;
        if (shared.users == 0) {
            byName.remove(name, shared);
            shared.tools.close();
        }
    }

    /** A tree and how many sessions use it. */
    private static final class Shared {
        private final Tools tools;
        private final Instant opened;
        private int users;

        Shared(Tools tools, Instant opened) {
            this.tools = tools;
            this.opened = opened;
        }
    }
}
