package dev.cntr.kubectl;

import dev.cntr.kubectl.cluster.Cluster;
import dev.cntr.kubectl.cluster.Relay;
import dev.cntr.kubectl.cluster.Session;
import dev.cntr.kubectl.cluster.Sessions;
import dev.cntr.kubectl.exit.CntrException;
import dev.cntr.kubectl.exit.ExitCode;
import dev.cntr.protocol.ClientStream;
import dev.cntr.protocol.Ending;
import dev.cntr.protocol.Possession;
import dev.cntr.protocol.ProtocolException;
import dev.cntr.protocol.WindowSize;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The pipe to a session's agent, and another one where it breaks. */
final class AgentLine implements ClientStream.Reconnection, AutoCloseable {
    private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(4);

    /** A pipe that held for so long was a good one: what comes is another outage. */
    private static final Duration GOOD = Duration.ofSeconds(10);

    private final Cluster cluster;
    private final Sessions sessions;
    private final Session session;
    private final Optional<String> user;
    private final Possession key;
    private final Duration timeout;
    private final Duration patience;
    private final CountDownLatch givenUp = new CountDownLatch(1);

    private @Nullable Relay relay;
    private volatile boolean cut;
    private long since;
    private long madeAt;
    private Duration pause = FIRST_PAUSE;
    private Consumer<String> notices = _ -> {};

    /**
     * @param timeout how long the agent may take to answer
     * @param patience for how long a broken pipe is made again; zero for never
     */
    AgentLine(
            Cluster cluster,
            Sessions sessions,
            Session session,
            Optional<String> user,
            Possession key,
            Duration timeout,
            Duration patience) {
        this.cluster = cluster;
        this.sessions = sessions;
        this.session = session;
        this.user = user;
        this.key = key;
        this.timeout = timeout;
        this.patience = patience;
    }

    /** Of which session's agent. */
    Session session() {
        return session;
    }

    /**
     * What the end of the session's stream means for the user.
     *
     * @throws CntrException where that is no exit code
     */
    int exitCode(Ending ending) {
        return new Endings(sessions, session, this::complaint).exitCode(ending);
    }

    /** What is to be done with what the user should know of outages. */
    void notices(Consumer<String> to) {
        notices = to;
    }

    /** Connects to the agent, which accepts or refuses. */
    ClientStream open(WindowSize size) {
        Relay opened = Relay.open(cluster, session, user);
        relay = opened;
        String podUid = session.status().podUID();
        Thread watchdog = Thread.ofVirtual().start(() -> closeAfter(timeout, opened));
        try {
            return ClientStream.open(opened.in(), opened.out(), size, key, session.uid(), podUid == null ? "" : podUid);
        } catch (ProtocolException e) {
            throw Endings.refused(e.code(), String.valueOf(e.getMessage()));
        } catch (IOException e) {
            String complaint = opened.complaint();
            throw new CntrException(
                    ExitCode.LOST,
                    "the agent did not answer: " + (complaint.isEmpty() ? e.getMessage() : complaint)
                            + "; attach again, or see: kubectl get pods -o wide -n cntr-system",
                    e);
        } finally {
            watchdog.interrupt();
        }
    }

    private static void closeAfter(Duration time, Relay relay) {
        try {
            Thread.sleep(time);
            relay.close();
        } catch (InterruptedException _) {
            // The agent answered in time.
        }
    }

    /** Whether the pipe is broken, and another one looked for. */
    boolean isCut() {
        return cut;
    }

    /** Nobody wants another pipe any more. */
    void giveUp() {
        givenUp.countDown();
    }

    /** Makes another pipe, as often as is needed until the user or the time is out of patience, or the session is over. */
    @Override
    public ClientStream.@Nullable Pipe pipe(String lost) throws InterruptedException {
        if (patience.isZero()) {
            return null;
        }
        long now = System.nanoTime();
        if (!cut && now - madeAt > GOOD.toNanos()) {
            since = now;
            pause = FIRST_PAUSE;
        }
        if (!cut) {
            cut = true;
            notices.accept(
                    "connection lost (" + lost + "); trying again for " + patience.toSeconds() + " s, Ctrl-C gives up");
        }
        while (System.nanoTime() - since < patience.toNanos()
                && !givenUp.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
            pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
            Optional<Session> known = sessions.look(session.name());
            if (known.isPresent() && known.get().status().finished()) {
                return null;
            }
            Relay next = attempt(known.orElse(session));
            if (next != null) {
                madeAt = System.nanoTime();
                return new ClientStream.Pipe(next.in(), next.out());
            }
        }
        return null;
    }

    @Override
    public void resumed() {
        cut = false;
        notices.accept("connected again");
    }

    private @Nullable Relay attempt(Session known) {
        Relay before = relay;
        if (before != null) {
            before.close();
        }
        try {
            relay = Relay.open(cluster, known, user);
            return relay;
        } catch (CntrException _) {
            return null; // it is tried again
        }
    }

    /** What the relay or the kubelet said about a bad end; empty for nothing. */
    private String complaint() {
        Relay last = relay;
        return last == null ? "" : last.complaint();
    }

    @Override
    public void close() {
        Relay last = relay;
        if (last != null) {
            last.close();
        }
    }
}
