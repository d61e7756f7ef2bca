package dev.cntr.attach;

import dev.cntr.linux.ErrnoException;
import dev.cntr.linux.Event;
import dev.cntr.linux.Fd;
import dev.cntr.linux.Poll;
import dev.cntr.linux.socket.UnixSocket;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Listens for what processes of a session ask for by {@code cntr exec}. Its end is the end of all that they run. */
final class ExecServer implements AutoCloseable {
    private static final int AT_ONCE = 16;
    /** Where connections cannot be taken, for want of descriptors say, it is tried again after so long. */
    private static final long PAUSE_MILLIS = 200;

    private final Fd socket;
    private final AttachPlan plan;
    private final Command command;
    private final SessionRights rights;
    private final Event wake = Event.open();
    private final Map<ExecRequest, Thread> running = new HashMap<>();
    private final Thread listener;
    private boolean closed;

    /**
     * Starts to listen.
     *
     * @param socket is this one's from now on
     * @param plan of the session
     * @param command likewise: what is asked for gets its rights, and the variables of its terminal
     */
    ExecServer(Fd socket, AttachPlan plan, Command command, SessionRights rights) {
        this.socket = socket;
        this.plan = plan;
        this.command = command;
        this.rights = rights;
        this.listener = Thread.ofPlatform().name("cntr exec").daemon().start(this::listen);
    }

    private void listen() {
        List<Poll.Interest> either = List.of(new Poll.Interest(socket, Poll.IN), new Poll.Interest(wake.fd(), Poll.IN));
        while (Poll.await(either, null)[1] == 0) {
            try {
                take(UnixSocket.accept(socket));
            } catch (ErrnoException e) {
                pause();
            }
        }
    }

    private synchronized void take(Fd connection) {
        if (closed || running.size() >= AT_ONCE) {
            connection.close(); // the program says that nobody answers
            return;
        }
        ExecRequest request = new ExecRequest(connection, plan, command, rights);
        Thread thread = Thread.ofPlatform().name("cntr exec").daemon().unstarted(() -> {
            request.run();
            done(request);
        });
        running.put(request, thread);
        thread.start();
    }

    private synchronized void done(ExecRequest request) {
        running.remove(request);
    }

    private synchronized Map<ExecRequest, Thread> end() {
        closed = true;
        return Map.copyOf(running);
    }

    @Override
    public void close() {
        wake.raise();
        join(listener);
        Map<ExecRequest, Thread> left = end();
        left.keySet().forEach(ExecRequest::cancel);
        left.values().forEach(ExecServer::join);
        socket.close();
        wake.close();
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
