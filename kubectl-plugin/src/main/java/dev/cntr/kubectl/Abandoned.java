package dev.cntr.kubectl;

import dev.cntr.kubectl.cluster.Session;
import dev.cntr.kubectl.cluster.Sessions;
import java.util.concurrent.atomic.AtomicBoolean;

/** A session that is deleted on the way out, by error, Ctrl-C or SIGTERM, unless it came into use. */
final class Abandoned implements AutoCloseable {
    private final Sessions sessions;
    private final Session session;
    private final AtomicBoolean settled = new AtomicBoolean();

    Abandoned(Sessions sessions, Session session) {
        this.sessions = sessions;
        this.session = session;
        Runtime.getRuntime().addShutdownHook(new Thread(this::close, "cntr-delete-session"));
    }

    /** From now it stays until its own time, so that it can be looked at afterwards. */
    void inUse() {
        settled.set(true);
    }

    @Override
    public void close() {
        if (settled.compareAndSet(false, true)) {
            sessions.delete(session.name());
        }
    }
}
