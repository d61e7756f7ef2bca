package dev.cntr.protocol;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A command that an agent serves to one client at a time: its input, output and end. A client that is cut off comes back over another connection, and
 * no byte is lost or comes twice; what a command says meanwhile waits, at most {@link Frame#WINDOW} bytes a stream, and then the command does. A
 * client that leaves on purpose is not waited for: who comes next sees the last of what was said.
 */
public final class ServedCommand {
    /** How long a client may take to confirm the exit code. */
    private static final Duration CONFIRM_TIME = Duration.ofSeconds(10);

    private final DebugProcess process;
    private final boolean tty;
    private final CommandStreams streams;
    private final CompletableFuture<Outcome> over = new CompletableFuture<>();

    /** One client after the other. */
    private final Object arrivals = new Object();
    /** Of the arrivals. */
    private boolean started;

    /** Of what follows; a change is notified. */
    private final Object lock = new Object();

    /** The client of the moment; null where it is lost, or has left. */
    private @Nullable Visit present;
    /** The one that came last. */
    private @Nullable Visit last;
    /** Whether the one that came last has left on purpose. */
    private boolean left;

    /**
     * @param process started already; it stays the caller's
     * @param tty whether it has a terminal
     */
    public ServedCommand(DebugProcess process, boolean tty) {
        this(process, tty, Frame.WINDOW);
    }

    ServedCommand(DebugProcess process, boolean tty, int window) {
        this.process = process;
        this.tty = tty;
        this.streams = new CommandStreams(process, window);
    }

    /** Completes with {@link Outcome.Exited} or {@link Outcome.Ended}: there is nothing more to serve. */
    public CompletableFuture<Outcome> over() {
        return over.copy();
    }

    /** Whether a client is there, as far as is known. */
    public boolean attended() {
        synchronized (lock) {
            return present != null;
        }
    }

    /** Whether a client that wants to resume is the one that was here last. */
    public boolean knows(ServerStream client) {
        synchronized (lock) {
            return client.resume().isPresent()
                    && last != null
                    && last.attachment.equals(client.resume().get().attachment());
        }
    }

    /**
     * Tells a client that it is accepted, and carries the streams until it goes or the command has ended. It takes the place of a client that is there: whether
     * it may is the caller's to know. The pipe is closed when this returns.
     */
    public Outcome serve(ServerStream client) {
        Visit visit;
        synchronized (arrivals) {
            clearTheWay();
            visit = new Visit(client);
            if (begin(visit)) {
                welcome(visit, client);
            }
        }
        try {
            visit.read();
        } finally {
            visit.alive.close();
            visit.finished.complete(null);
        }
        return visit.outcome.join();
    }

    /** From here on nothing comes of who was here before. */
    private void clearTheWay() {
        Visit before;
        synchronized (lock) {
            before = last;
        }
        if (before != null) {
            before.leave(new Outcome.Resumed());
            before.finished.join();
            before.replayed.join();
        }
    }

    /** False where there is nothing more to serve. */
    private boolean begin(Visit visit) {
        synchronized (lock) {
            if (!over.isDone()) {
                present = visit;
                last = visit;
                left = false;
                return true;
            }
        }
        Outcome ended = over.join();
        ErrorCode code = ended instanceof Outcome.Ended(ErrorCode why) ? why : ErrorCode.COMPLETED;
        visit.connection.farewell(new Frame.Error(code, "the session has ended"));
        visit.leave(ended);
        return false;
    }

    private void start() {
        streams.start(failure -> end(ErrorCode.INTERNAL, "reading the command's output failed: " + failure));
        Thread.ofPlatform().daemon().name("cntr-exit").start(this::awaitExit);
    }

    private void welcome(Visit visit, ServerStream client) {
        Connection connection = visit.connection;
        try {
            connection
                    .writer()
                    .write(
                            client.resumes()
                                    ? new Frame.Resumed(
                                            Frame.VERSION,
                                            tty,
                                            streams.stdin.received() - connection.base(StreamId.STDIN))
                                    : new Frame.Accepted(Frame.VERSION, tty));
            streams.receipts.connect(connection, client.resumes() ? List.of(StreamId.STDIN) : List.of());
            visit.alive.begin(
                    connection.writer(),
                    StreamId.STDIN,
                    () -> visit.leave(new Outcome.ClientLost(visit.alive.reason("client"))));
            connection.whenBroken(visit::broken);
            if (started) {
                Thread.ofPlatform().daemon().name("cntr-replay").start(visit::replay);
            } else {
                started = true;
                visit.replay(); // there is nothing yet
                start();
            }
        } catch (IOException e) {
            visit.replayed.complete(null);
            visit.broken(e);
        }
    }

    /** The client that is lost is not waited for: what the command says makes room for more, as where one has left on purpose. */
    public void letGo() {
        synchronized (lock) {
            if (present == null) {
                nobody();
            }
        }
    }

    /** Called with the lock held. */
    private void nobody() {
        left = true;
        streams.discard();
        lock.notifyAll();
    }

    /** Ends it from this side, and tells the client why. Any thread, any time; the first end counts. */
    public void end(ErrorCode code, String message) {
        if (finish(new Outcome.Ended(code))) {
            Visit visit;
            synchronized (lock) {
                visit = present;
            }
            if (visit != null) {
                visit.connection.farewell(new Frame.Error(code, message));
                visit.leave(new Outcome.Ended(code));
            }
        }
    }

    private boolean finish(Outcome outcome) {
        if (!over.complete(outcome)) {
            return false;
        }
        streams.close();
        synchronized (lock) {
            lock.notifyAll();
        }
        return true;
    }

    private void awaitExit() {
        try {
            int code = process.exit()
                    .toCompletableFuture()
                    .applyToEither(over.handle((_, _) -> -1), exit -> exit)
                    .join();
            if (streams.drained(over)) {
                deliver(code);
            }
        } catch (CompletionException e) {
            end(
                    ErrorCode.INTERNAL,
                    "waiting for the command failed: "
                            + Objects.requireNonNullElse(e.getCause(), e).getMessage());
        } catch (InterruptedException _) {
            end(ErrorCode.AGENT_STOPPING, "the agent is shutting down");
            Thread.currentThread().interrupt();
        }
    }

    /** Gives the exit code to the client that is there, or comes back; where it has left on purpose nobody waits for it. */
    private void deliver(int code) throws InterruptedException {
        while (!over.isDone()) {
            Visit visit = welcomed();
            if (visit == null) {
                finish(new Outcome.Exited(code));
            } else if (!visit.confirms(code)) {
                visit.leave(new Outcome.ClientLost("the exit code " + code + " could not be delivered"));
            }
        }
    }

    /** Waits for a client that may have the exit code; null where none is to come. */
    private @Nullable Visit welcomed() throws InterruptedException {
        synchronized (lock) {
            while (!over.isDone() && !left && (present == null || !present.welcome)) {
                lock.wait();
            }
            return over.isDone() || left ? null : present;
        }
    }

    /** A client that is here, over one connection. */
    private final class Visit {
        private final Connection connection;
        private final KeepAlive alive;
        /** What a client that is cut off names. */
        private final ByteBuffer attachment;

        private final Frame.@Nullable Resume resume;
        /** How this visit ended; the first end counts. */
        private final CompletableFuture<Outcome> outcome = new CompletableFuture<>();
        /** Nothing is read any more. */
        private final CompletableFuture<Void> finished = new CompletableFuture<>();
        /** Nothing is replayed any more. */
        private final CompletableFuture<Void> replayed = new CompletableFuture<>();

        /** Whether the client has had what it lacked. */
        private boolean welcome;
        /** Whether it has closed the command's input. Of the thread that reads. */
        private boolean inputClosed;

        private volatile int exit;
        private volatile boolean exitSent;

        Visit(ServerStream client) {
            connection = client.connection();
            alive = new KeepAlive(client.pace());
            resume = client.resume().orElse(null);
            Visit before = last;
            if (resume != null && before != null) {
                attachment = resume.attachment();
                for (StreamId stream : StreamId.values()) {
                    connection.base(stream, before.connection.base(stream));
                }
            } else {
                attachment = client.challenge();
                connection.base(StreamId.STDIN, streams.stdin.received());
                connection.base(StreamId.STDOUT, streams.stdout.hold());
                connection.base(StreamId.STDERR, streams.stderr.hold());
            }
        }

        /** The offset of the first byte that the client has not. */
        private long lacks(StreamId stream) {
            if (resume == null) {
                return connection.base(stream);
            }
            return connection.inStream(stream, stream == StreamId.STDOUT ? resume.stdout() : resume.stderr());
        }

        /** Sends what the client lacks, and from then on all that comes. */
        void replay() {
            try {
                streams.stdout.connect(connection, lacks(StreamId.STDOUT));
                streams.stderr.connect(connection, lacks(StreamId.STDERR));
                synchronized (lock) {
                    welcome = true;
                    lock.notifyAll();
                }
            } catch (IOException e) {
                broken(e);
            } catch (ProtocolException e) {
                violated(e);
            } finally {
                replayed.complete(null);
            }
        }

        /** Reads frames until the visit is over. */
        void read() {
            try {
                while (!outcome.isDone()) {
                    Frame next = connection.reader().read();
                    alive.heard();
                    take(next);
                }
            } catch (ProtocolException e) {
                violated(e);
            } catch (IOException e) {
                leave(new Outcome.ClientLost("the connection broke: " + e.getMessage()));
            }
        }

        private void take(@Nullable Frame frame) {
            switch (frame) {
                case null -> leave(new Outcome.ClientLost("the stream ended without a word"));
                case Frame.Data data when data.stream() == StreamId.STDIN -> input(data);
                case Frame.CloseStdin() -> endInput();
                case Frame.Ack(StreamId stream, long offset)
                when stream == StreamId.STDOUT -> acknowledged(streams.stdout, stream, offset);
                case Frame.Ack(StreamId stream, long offset)
                when stream == StreamId.STDERR -> acknowledged(streams.stderr, stream, offset);
                case Frame.Resize(WindowSize resized) -> process.resize(resized);
                case Frame.Signal(int number) -> process.signal(number);
                case Frame.Detach() -> leave(new Outcome.Detached());
                case Frame.ExitReceived()
                when exitSent -> {
                    Outcome exited = new Outcome.Exited(exit);
                    finish(exited);
                    leave(exited);
                }
                case Frame.Error(ErrorCode code, String message) ->
                    leave(new Outcome.ClientGone(
                            code == ErrorCode.CLIENT_GONE ? message : "the client gave up: " + code + ", " + message));
                case Frame other -> throw ProtocolException.violation("the client sent " + FrameType.of(other));
            }
        }

        private void input(Frame.Data data) {
            if (streams.inputEnded() && !inputClosed) {
                return; // an earlier client has closed the input, and nobody reads it
            }
            streams.stdin.put(connection.inStream(StreamId.STDIN, data.offset()), data.bytes());
        }

        private void endInput() {
            inputClosed = true;
            streams.endInput();
        }

        private void acknowledged(Outlet outlet, StreamId stream, long offset) {
            if (!outlet.acknowledge(connection.inStream(stream, offset))) {
                alive.heardSign();
            }
        }

        /** Whether the client confirms the exit code in time. */
        boolean confirms(int code) throws InterruptedException {
            exit = code;
            exitSent = true;
            connection.attempt(new Frame.Exit(code));
            try {
                outcome.get(CONFIRM_TIME.toMillis(), TimeUnit.MILLISECONDS);
                return true;
            } catch (TimeoutException _) {
                return false;
            } catch (ExecutionException e) {
                throw new IllegalStateException(e);
            }
        }

        void violated(ProtocolException e) {
            connection.farewell(new Frame.Error(e.code(), String.valueOf(e.getMessage())));
            leave(new Outcome.ClientGone("the client broke the protocol: " + e.getMessage()));
        }

        /** Nothing can be sent to it. What it said before it went, such as DETACH, may still be on its way to the reader. */
        void broken(IOException why) {
            outcome.completeOnTimeout(
                    new Outcome.ClientLost("the connection broke: " + why.getMessage()),
                    Connection.TELL_TIME.toMillis(),
                    TimeUnit.MILLISECONDS);
            outcome.thenAccept(this::gone);
        }

        void leave(Outcome how) {
            outcome.complete(how);
            gone(outcome.join());
        }

        private void gone(Outcome how) {
            connection.close();
            synchronized (lock) {
                if (present == this) {
                    present = null;
                    lock.notifyAll();
                    if (how instanceof Outcome.Detached) {
                        nobody();
                    }
                }
            }
        }
    }
}
