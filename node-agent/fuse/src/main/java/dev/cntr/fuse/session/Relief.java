package dev.cntr.fuse.session;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;

/**
 * Looks after the sessions of a program: one all of whose threads are at the same requests as a moment ago is held up by its
 * backing store, and gets a further thread, so that what else there is in its tree is still answered. One thread does this for all sessions,
 * for as long as there are some.
 */
final class Relief {
    private static final Relief PROCESS = new Relief();
    private static final Duration MOMENT = Duration.ofMillis(500);
    private static final int STACK_BYTES = 256 << 10;

    private final Set<Session> sessions = new HashSet<>();
    private boolean running;

    static Relief process() {
        return PROCESS;
    }

    synchronized void add(Session session) {
        sessions.add(session);
        if (!running) {
            running = true;
            Thread.ofPlatform()
                    .name("relief of held-up sessions")
                    .daemon()
                    .stackSize(STACK_BYTES)
                    .start(this::run);
        }
    }

    synchronized void remove(Session session) {
        sessions.remove(session);
        notifyAll();
    }

    private void run() {
        try {
            for (Set<Session> now = next(); !now.isEmpty(); now = next()) {
                now.forEach(Session::relieve);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The sessions after a moment; none: it has ended. */
    private synchronized Set<Session> next() throws InterruptedException {
        long end = System.nanoTime() + MOMENT.toNanos();
        for (long left = MOMENT.toMillis();
                left > 0 && !sessions.isEmpty();
                left = (end - System.nanoTime()) / 1_000_000) {
            wait(left);
        }
        running = !sessions.isEmpty();
        return Set.copyOf(sessions);
    }
}
