package dev.cntr.protocol;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The agent's side of a stream: proves who the client is, then carries a command's input, output and end. Used once.
 *
 * <pre>
 * ServerStream stream = ServerStream.accept(in, out, identity);      // or it throws, having told the client why
 * … start the command with a terminal of stream.size(), or stream.end(START_FAILED, why) …
 * Outcome outcome = stream.run(process, tty);
 * </pre>
 */
public final class ServerStream {
    /** How long a client may take from the challenge to its proof. */
    static final Duration PROOF_TIME = Duration.ofSeconds(30);

    /** How long an ended command's output may stay open and silent, in the hands of a process that it left behind. */
    static final Duration DRAIN_TIME = Duration.ofSeconds(2);

    /** How long a client may take to confirm the exit code. */
    private static final Duration CONFIRM_TIME = Duration.ofSeconds(10);

    /** How long an ERROR may take to be sent. */
    private static final Duration TELL_TIME = Duration.ofSeconds(1);

    private static final SecureRandom RANDOM = new SecureRandom();

    /**
     * Which session a stream is for, by the agent's own knowledge.
     *
     * @param publicKeys {@code spec.attach.publicKeys}; with none nobody is let in
     */
    public record Identity(String sessionUid, String podUid, Collection<String> publicKeys) {}

    private final FrameReader reader;
    private final FrameWriter writer;
    private final WindowSize size;
    private final KeepAlive alive;

    private final Intake stdin;
    private final Window stdout;
    private final Window stderr;
    private final CompletableFuture<Outcome> outcome = new CompletableFuture<>();
    private final CompletableFuture<Void> confirmed = new CompletableFuture<>();
    private volatile boolean inputEnded;
    private volatile boolean exitSent;

    private ServerStream(FrameReader reader, FrameWriter writer, WindowSize size, int window, KeepAlive.Pace pace) {
        this.reader = reader;
        this.writer = writer;
        this.size = size;
        this.alive = new KeepAlive(pace);
        this.stdin = new Intake(window);
        this.stdout = new Window(window);
        this.stderr = new Window(window);
    }

    /**
     * Lets a client prove that it holds a key of the session. Every call makes a nonce of its own, which is good for this
     * pipe, once, and 30 seconds: after that the pipe is closed.
     *
     * @param in from the client, after the {@link RelayRequest}; closing it must end a read that waits
     * @throws ProtocolException when the client is not let in; it was told
     * @throws IOException when the pipe breaks
     */
    public static ServerStream accept(InputStream in, OutputStream out, Identity identity) throws IOException {
        return accept(in, out, identity, Window.SIZE, KeepAlive.Pace.DEFAULT);
    }

    static ServerStream accept(InputStream in, OutputStream out, Identity identity, int window, KeepAlive.Pace pace)
            throws IOException {
        FrameReader reader = new FrameReader(in);
        FrameWriter writer = new FrameWriter(out);
        Thread watchdog = Thread.ofVirtual().start(() -> closeAfter(PROOF_TIME, in, out));
        try {
            if (!(reader.read() instanceof Frame.Hello(int version, WindowSize size))) {
                throw ProtocolException.violation("a stream begins with HELLO");
            }
            if (version != Frame.VERSION) {
                throw new ProtocolException(
                        ErrorCode.VERSION,
                        "this agent speaks version " + Frame.VERSION + " of the stream, the client " + version
                                + "; use a kubectl-cntr of the agent's release");
            }
            ByteBuffer nonce = ByteBuffer.wrap(nonce());
            writer.write(new Frame.Challenge(nonce, identity.sessionUid(), identity.podUid()));
            if (!(reader.read() instanceof Frame.Proof proof)) {
                throw ProtocolException.violation("a challenge is answered with PROOF");
            }
            if (!Possession.verify(proof, nonce, identity.sessionUid(), identity.podUid(), identity.publicKeys())) {
                throw new ProtocolException(
                        ErrorCode.NOT_AUTHORIZED, "the proof was not made with a key of this session");
            }
            return new ServerStream(reader, writer, size, window, pace);
        } catch (ProtocolException e) {
            tell(writer, e.code(), String.valueOf(e.getMessage()));
            throw e;
        } finally {
            watchdog.interrupt();
        }
    }

    /**
     * Refuses a client before any proof, for instance because its session is unknown. Reads its HELLO first, so that nothing
     * unread breaks the pipe before it has the answer.
     */
    public static void refuse(InputStream in, OutputStream out, ErrorCode code, String message) throws IOException {
        Thread watchdog = Thread.ofVirtual().start(() -> closeAfter(PROOF_TIME, in, out));
        try {
            new FrameReader(in).read();
        } catch (ProtocolException _) {
            // It is refused in any case.
        } finally {
            watchdog.interrupt();
        }
        tell(new FrameWriter(out), code, message);
    }

    /** The client's terminal as it was when it said HELLO. */
    public WindowSize size() {
        return size;
    }

    /**
     * Tells the client that its command runs and carries its streams until the end. The caller then closes the pipe and the
     * process's streams; a thread that still waits on one of them ends by that.
     */
    public Outcome run(DebugProcess process, boolean tty) {
        try (alive) {
            return carry(process, tty);
        }
    }

    private Outcome carry(DebugProcess process, boolean tty) {
        try {
            writer.write(new Frame.Accepted(Frame.VERSION, tty));
        } catch (IOException e) {
            finish(new Outcome.ClientLost("the connection broke: " + e.getMessage()));
        }
        alive.begin(writer, StreamId.STDIN, () -> finish(new Outcome.ClientLost(alive.reason("client"))));
        Thread.ofPlatform().daemon().name("cntr-frames").start(() -> read(process));
        Thread.ofPlatform().daemon().name("cntr-stdin").start(() -> feed(process));
        CompletableFuture<Boolean> out = send(process.stdout(), StreamId.STDOUT, stdout);
        InputStream errors = process.stderr();
        CompletableFuture<Boolean> err =
                errors == null ? CompletableFuture.completedFuture(true) : send(errors, StreamId.STDERR, stderr);
        CompletableFuture<Integer> exit = process.exit().toCompletableFuture();

        CompletableFuture.anyOf(outcome, exit).exceptionally(_ -> null).join();
        if (exit.isCompletedExceptionally()) {
            end(
                    ErrorCode.INTERNAL,
                    "waiting for the command failed: " + exit.exceptionNow().getMessage());
        } else if (!outcome.isDone() && drained(CompletableFuture.allOf(out, err))) {
            confirm(exit.join());
        }
        return outcome.join();
    }

    /** Ends the stream from this side, with an ERROR frame. Any thread, any time; the first end counts. */
    public void end(ErrorCode code, String message) {
        if (!outcome.isDone()) {
            tell(writer, code, message);
            finish(new Outcome.Ended(code));
        }
    }

    private void read(DebugProcess process) {
        try {
            while (true) {
                Frame next = reader.read();
                alive.heard();
                switch (next) {
                    case null -> {
                        finish(new Outcome.ClientLost("the stream ended without a word"));
                        return;
                    }
                    case Frame.Data data when data.stream() == StreamId.STDIN -> stdin.put(data.offset(), data.bytes());
                    case Frame.CloseStdin() -> {
                        inputEnded = true;
                        stdin.finish();
                    }
                    case Frame.Ack(StreamId stream, long offset)
                    when stream == StreamId.STDOUT -> acknowledged(stdout, offset);
                    case Frame.Ack(StreamId stream, long offset)
                    when stream == StreamId.STDERR -> acknowledged(stderr, offset);
                    case Frame.Resize(WindowSize resized) -> process.resize(resized);
                    case Frame.Signal(int number) -> process.signal(number);
                    case Frame.Detach() -> {
                        finish(new Outcome.Detached());
                        return;
                    }
                    case Frame.ExitReceived()
                    when exitSent -> {
                        confirmed.complete(null);
                        return;
                    }
                    case Frame.Error(ErrorCode code, String message) -> {
                        finish(new Outcome.ClientLost("the client gave up: " + code + ", " + message));
                        return;
                    }
                    case Frame other -> throw ProtocolException.violation("the client sent " + FrameType.of(other));
                }
            }
        } catch (ProtocolException e) {
            tell(writer, e.code(), String.valueOf(e.getMessage()));
            finish(new Outcome.ClientLost("the client broke the protocol: " + e.getMessage()));
        } catch (IOException e) {
            finish(new Outcome.ClientLost("the connection broke: " + e.getMessage()));
        }
    }

    private void acknowledged(Window window, long offset) {
        if (!window.acknowledge(offset)) {
            alive.heardSign();
        }
    }

    private void feed(DebugProcess process) {
        OutputStream to = process.stdin();
        try {
            Pump.receive(stdin, StreamId.STDIN, to, writer);
            if (inputEnded) {
                to.close();
            }
        } catch (Pump.SinkException e) {
            // The command does not read its input: as with a pipe to a local command, the rest is lost on it.
            Pump.discard(stdin, StreamId.STDIN, e.taken(), writer);
        } catch (IOException _) {
            // Closing an input that nobody reads.
        }
    }

    /** Completes when all of the output was sent and acknowledged; false when the stream ended before. */
    private CompletableFuture<Boolean> send(InputStream from, StreamId stream, Window window) {
        CompletableFuture<Boolean> done = new CompletableFuture<>();
        Thread.ofPlatform().daemon().name("cntr-" + stream).start(() -> {
            try {
                done.complete(Pump.send(from, stream, window, writer) && window.awaitAcknowledged());
            } catch (Pump.SourceException e) {
                end(ErrorCode.INTERNAL, "reading the command's output failed: " + e.getMessage());
                done.complete(false);
            } catch (IOException e) {
                lost(e);
                done.complete(false);
            }
        });
        return done;
    }

    /** The client takes no more. What it said before it went, such as DETACH, may still be on its way to the reader. */
    private void lost(IOException broken) {
        try {
            outcome.get(TELL_TIME.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException _) {
            finish(new Outcome.ClientLost("the connection broke: " + broken.getMessage()));
        } catch (InterruptedException _) {
            interrupted();
        }
    }

    /** Waits for the rest of an ended command's output; false when the stream ended meanwhile. */
    private boolean drained(CompletableFuture<Void> output) {
        long seen = -1;
        while (true) {
            try {
                CompletableFuture.anyOf(outcome, output).get(DRAIN_TIME.toMillis(), TimeUnit.MILLISECONDS);
                return !outcome.isDone();
            } catch (TimeoutException _) {
                long sent = stdout.sent() + stderr.sent();
                if (sent == seen && stdout.unacknowledged() + stderr.unacknowledged() == 0) {
                    return true;
                }
                seen = sent;
            } catch (InterruptedException _) {
                return interrupted();
            } catch (ExecutionException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private void confirm(int code) {
        try {
            exitSent = true;
            writer.write(new Frame.Exit(code));
            CompletableFuture.anyOf(outcome, confirmed).get(CONFIRM_TIME.toMillis(), TimeUnit.MILLISECONDS);
            finish(new Outcome.Exited(code));
        } catch (IOException | TimeoutException | ExecutionException e) {
            finish(new Outcome.ClientLost("the exit code " + code + " could not be delivered: " + e));
        } catch (InterruptedException _) {
            interrupted();
        }
    }

    private boolean interrupted() {
        end(ErrorCode.AGENT_STOPPING, "the agent is shutting down");
        Thread.currentThread().interrupt();
        return false;
    }

    private void finish(Outcome end) {
        if (outcome.complete(end)) {
            if (end instanceof Outcome.Detached) {
                stdin.finish();
            } else {
                stdin.abort();
            }
            stdout.close();
            stderr.close();
        }
    }

    /** Does not wait long for a client that has stopped reading: the caller is about to close the pipe. */
    private static void tell(FrameWriter writer, ErrorCode code, String message) {
        Thread teller = Thread.ofPlatform().daemon().name("cntr-error").start(() -> {
            try {
                writer.write(new Frame.Error(code, message));
            } catch (IOException _) {
                // Whoever cannot be told is gone.
            }
        });
        try {
            teller.join(TELL_TIME);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private static void closeAfter(Duration time, InputStream in, OutputStream out) {
        try {
            Thread.sleep(time);
            try (in;
                    out) {
                // Closing both is all there is to do.
            }
        } catch (InterruptedException _) {
            // The proof came in time.
        } catch (IOException _) {
            // The pipe is given up in any case.
        }
    }

    private static byte[] nonce() {
        byte[] nonce = new byte[Frame.Challenge.NONCE];
        RANDOM.nextBytes(nonce);
        return nonce;
    }
}
