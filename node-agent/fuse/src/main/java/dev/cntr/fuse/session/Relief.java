package dev.cntr.fuse.session;

import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * Looks after the readers of all sessions of a program, so that a request which takes long holds up others for no more than some milliseconds. One thread does this
 * for all, and only while there are requests: an idle session costs nothing, and where all are idle it sleeps.
 */
final class Relief {
    private static final System.Logger LOG = System.getLogger(Relief.class.getName());
    private static final Relief PROCESS = new Relief();
    private static final long MOMENT_NANOS = 2_000_000;
    private static final int STACK_BYTES = 256 << 10;

    /** Whose requests have begun since the last look. */
    private final List<Readers> come = new ArrayList<>();

    private boolean running;

    static Relief process() {
        return PROCESS;
    }

    /** Has the readers looked at for as long as they say so. */
    synchronized void watch(Readers readers) {
        come.add(readers);
        if (!running) {
            running = true;
            Thread.ofPlatform()
                    .name("relief of held-up sessions")
                    .daemon()
                    .stackSize(STACK_BYTES)
                    .start(this::run);
        }
        notifyAll();
    }

    private void run() {
        List<Readers> watched = new ArrayList<>();
        try {
            while (true) {
                take(watched);
                LockSupport.parkNanos(this, MOMENT_NANOS);
                watched.removeIf(readers -> !look(readers));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Adds those that have come; where there are none yet, waits for some. */
    private synchronized void take(List<Readers> watched) throws InterruptedException {
        while (watched.isEmpty() && come.isEmpty()) {
            wait();
        }
        watched.addAll(come);
        come.clear();
    }

    private static boolean look(Readers readers) {
        try {
            return readers.look();
        } catch (RuntimeException | Error e) {
            LOG.log(Level.ERROR, "a FUSE session is not looked after any more", e);
            return false;
        }
    }
}
