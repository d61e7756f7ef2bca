package dev.cntr.cli.server;

import dev.cntr.cli.caller.Caller;
import dev.cntr.linux.ErrnoException;
import dev.cntr.linux.Event;
import dev.cntr.linux.Fd;
import dev.cntr.linux.Poll;
import dev.cntr.linux.socket.UnixSocket;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Takes connections of {@link ClientProgram} and runs for each the command that its process was started for. Who may not be
 * served, or not now, is not told why: the program then goes on by itself.
 */
public final class Server implements AutoCloseable {
    /** Runs a command of cntr. */
    public interface Commands {
        /** Whether it is one that is run here. */
        boolean have(List<String> words);

        /** Runs it to its end, and gives its exit code. Says on the caller's streams what is to be said. */
        int run(List<String> words, Caller caller);
    }

    private static final int AT_ONCE = 128;
    /** Where connections cannot be taken, for want of descriptors say, it is tried again after so long. */
    private static final long PAUSE_MILLIS = 200;

    private final Fd socket;
    private final Commands commands;
    private final Admission admission = Admission.likeThisProcess();
    private final Event wake = Event.open();
    private final Map<Connection, Thread> running = new HashMap<>();
    private boolean closed;

    /** @param socket listens, and is this one's from now on */
    public Server(Fd socket, Commands commands) {
        this.socket = socket;
        this.commands = commands;
    }

    /** Serves until {@link #close}. */
    public void run() {
        List<Poll.Interest> either = List.of(new Poll.Interest(socket, Poll.IN), new Poll.Interest(wake.fd(), Poll.IN));
        while (Poll.await(either, null)[1] == 0) {
            try {
                take(UnixSocket.accept(socket));
            } catch (ErrnoException e) {
                pause();
            }
        }
        end().forEach((connection, thread) -> {
            connection.cancel();
            join(thread);
        });
        socket.close();
        wake.close();
    }

    private synchronized void take(Fd accepted) {
        if (closed || running.size() >= AT_ONCE) {
            accepted.close();
            return;
        }
        Connection connection = new Connection(accepted, admission, commands);
        // a platform thread: what it starts dies with it
        Thread thread = Thread.ofPlatform().name("command").daemon().unstarted(() -> {
            connection.run();
            done(connection);
        });
        running.put(connection, thread);
        thread.start();
    }

    private synchronized void done(Connection connection) {
        running.remove(connection);
    }

    private synchronized Map<Connection, Thread> end() {
        closed = true;
        return Map.copyOf(running);
    }

    /** Ends {@link #run}, and all that it runs. From any thread. */
    @Override
    public void close() {
        wake.raise();
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
