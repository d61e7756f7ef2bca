package dev.cntr.linux.socket;

import dev.cntr.linux.ErrnoException;
import dev.cntr.linux.Event;
import dev.cntr.linux.Fd;
import dev.cntr.linux.Poll;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Takes the requests of a socket, each in a platform thread of its own: what one starts can die with its thread. */
public final class RequestServer implements AutoCloseable {
    /** Where connections cannot be taken, for want of descriptors say, it is tried again after so long. */
    private static final long PAUSE_MILLIS = 200;

    private final Fd socket;
    private final String name;
    private final int atOnce;
    private final Consumer<Request> answers;
    private final Event wake = Event.open();
    private final Map<Request, Thread> running = new HashMap<>();
    private boolean closed;
    private volatile @Nullable Thread listener;

    /**
     * Takes none yet.
     *
     * @param socket listens, and is this one's from now on
     * @param name of the threads
     * @param atOnce how many requests are answered at a time; who comes beyond that is not listened to
     * @param answers is called for each, and closes none
     */
    public RequestServer(Fd socket, String name, int atOnce, Consumer<Request> answers) {
        this.socket = socket;
        this.name = name;
        this.atOnce = atOnce;
        this.answers = answers;
    }

    /** As {@link #run}, in a thread of its own, for whose end {@link #close} waits. */
    public void start() {
        listener = Thread.ofPlatform().name(name).daemon().start(this::run);
    }

    /** Serves until {@link #close}; then cancels what has not been answered, and waits for its end. */
    public void run() {
        List<Poll.Interest> either = List.of(new Poll.Interest(socket, Poll.IN), new Poll.Interest(wake.fd(), Poll.IN));
        while (Poll.await(either, null)[1] == 0) {
            try {
                take(UnixSocket.accept(socket));
            } catch (ErrnoException e) {
                pause();
            }
        }
        Map<Request, Thread> left = end();
        left.keySet().forEach(Request::cancel);
        left.values().forEach(RequestServer::join);
        socket.close();
        wake.close();
    }

    private synchronized void take(Fd connection) {
        if (closed || running.size() >= atOnce) {
            connection.close();
            return;
        }
        Request request = new Request(connection);
        Thread thread = Thread.ofPlatform().name(name).daemon().unstarted(() -> {
            try (request) {
                answers.accept(request);
            } finally {
                done(request);
            }
        });
        running.put(request, thread);
        thread.start();
    }

    private synchronized void done(Request request) {
        running.remove(request);
    }

    private synchronized Map<Request, Thread> end() {
        closed = true;
        return Map.copyOf(running);
    }

    /** Ends {@link #run}. From any thread, before that has returned. */
    @Override
    public void close() {
        wake.raise();
        Thread own = listener;
        if (own != null) {
            join(own);
        }
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
