package dev.cntr.protocol;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The client's side of a stream: standard input, output, errors, resizes and signals against frames. Used once. Where its connection breaks it can go on
 * over another one, and no byte is lost or comes twice.
 */
public final class ClientStream implements AutoCloseable {
    /** Who the client is, and for whom it takes the agent. */
    private record Proof(Possession key, String sessionUid, String podUid) {}

    /** What this side decided, which the break of the pipe that follows does not undo, and how it tells the agent. */
    private record Decision(Ending ending, Frame lastWords) {}

    /** A pipe to the agent, after its {@link RelayRequest}. Closing {@code in} must end a read that waits. */
    public record Pipe(InputStream in, OutputStream out) {}

    /** How a lost connection is made again. */
    public interface Reconnection {
        /** A client that does not try. */
        Reconnection NONE = _ -> null;

        /**
         * Makes another pipe to the agent. Called again where the agent did not answer there.
         *
         * @param lost why the one before is of no more use
         * @return null to give up
         */
        @Nullable
        Pipe pipe(String lost) throws InterruptedException;

        /** The stream goes on over the pipe that was made last. */
        default void resumed() {}
    }

    private final Proof proof;
    private final KeepAlive.Pace pace;
    private final boolean tty;
    /** The challenge at which this client was let in first. */
    private final ByteBuffer attachment;

    private final Outlet stdin;
    private final Intake stdout;
    private final Intake stderr;
    private final Receipts receipts;
    private final AtomicReference<@Nullable Decision> decided = new AtomicReference<>();

    private volatile Connection connection;
    private volatile WindowSize size;

    private ClientStream(
            Connection connection,
            Proof proof,
            ByteBuffer attachment,
            WindowSize size,
            boolean tty,
            int window,
            KeepAlive.Pace pace) {
        this.connection = connection;
        this.proof = proof;
        this.attachment = attachment;
        this.size = size;
        this.tty = tty;
        this.pace = pace;
        this.receipts = new Receipts(window);
        this.stdin = new Outlet(StreamId.STDIN, window, 0);
        this.stdout = new Intake(window);
        this.stderr = new Intake(window);
    }

    /**
     * Shakes hands with the agent; when this returns the command is started.
     *
     * @param in from the agent; closing it must end a read that waits
     * @param out to the agent
     * @param sessionUid as the client knows it from the API
     * @param podUid as the client knows it from the API
     * @throws ProtocolException when the agent refuses, with its code, or talks nonsense
     * @throws IOException when the pipe breaks
     */
    public static ClientStream open(
            InputStream in, OutputStream out, WindowSize size, Possession key, String sessionUid, String podUid)
            throws IOException {
        return open(in, out, size, key, sessionUid, podUid, Frame.WINDOW, KeepAlive.Pace.DEFAULT);
    }

    static ClientStream open(
            InputStream in,
            OutputStream out,
            WindowSize size,
            Possession key,
            String sessionUid,
            String podUid,
            int window,
            KeepAlive.Pace pace)
            throws IOException {
        Connection connection = new Connection(in, out);
        Proof proof = new Proof(key, sessionUid, podUid);
        ByteBuffer nonce = introduce(connection, new Frame.Hello(Frame.VERSION, size), proof);
        if (!(answer(connection) instanceof Frame.Accepted accepted)) {
            throw ProtocolException.violation("the agent did not answer the proof");
        }
        checkVersion(accepted.version());
        return new ClientStream(connection, proof, nonce, size, accepted.tty(), window, pace);
    }

    /** Says who this is; gives the challenge that was answered. */
    private static ByteBuffer introduce(Connection to, Frame first, Proof proof) throws IOException {
        to.writer().write(first);
        if (!(answer(to) instanceof Frame.Challenge challenge)) {
            throw ProtocolException.violation("the agent did not send a challenge");
        }
        if (!challenge.sessionUid().equals(proof.sessionUid())
                || !challenge.podUid().equals(proof.podUid())) {
            throw new ProtocolException(
                    ErrorCode.NOT_AUTHORIZED, "the agent's challenge is about another session or pod than the API's");
        }
        to.writer().write(proof.key().prove(challenge.nonce(), proof.sessionUid(), proof.podUid()));
        return challenge.nonce();
    }

    private static Frame answer(Connection from) throws IOException {
        Frame frame = from.reader().read();
        if (frame == null) {
            throw new IOException("the agent closed the stream");
        }
        if (frame instanceof Frame.Error(ErrorCode code, String message)) {
            throw new ProtocolException(code, message);
        }
        return frame;
    }

    private static void checkVersion(int version) {
        if (version != Frame.VERSION) {
            throw new ProtocolException(
                    ErrorCode.VERSION, "the agent speaks version " + version + ", this client " + Frame.VERSION);
        }
    }

    /** Whether the command has a terminal. */
    public boolean tty() {
        return tty;
    }

    /** As {@link #run(InputStream, OutputStream, OutputStream, Reconnection)}, over one connection alone. */
    public Ending run(@Nullable InputStream stdin, OutputStream stdout, OutputStream stderr) {
        return run(stdin, stdout, stderr, Reconnection.NONE);
    }

    /**
     * Carries the streams until the end. Returns only when all output that arrived is written out. A thread that waits for
     * input may stay behind: it is a daemon.
     *
     * @param stdin what to send; null for none
     */
    public Ending run(
            @Nullable InputStream stdin, OutputStream stdout, OutputStream stderr, Reconnection reconnection) {
        Thread out = writeOut(this.stdout, StreamId.STDOUT, stdout);
        Thread err = writeOut(this.stderr, StreamId.STDERR, stderr);
        receipts.connect(connection, List.of());
        Thread.ofPlatform().daemon().name("cntr-stdin").start(() -> send(stdin));
        sendFrom(connection, 0);
        Ending ending = carry(connection);
        while (ending instanceof Ending.Lost(String why) && decided.get() == null) {
            Ending resumed = resume(reconnection, why);
            if (resumed == null) {
                break;
            }
            ending = resumed;
        }
        this.stdin.close();
        this.stdout.finish();
        this.stderr.finish();
        join(out);
        join(err);
        if (ending instanceof Ending.Exited && decided.get() == null) {
            connection.attempt(new Frame.ExitReceived());
        }
        decided.compareAndSet(null, new Decision(ending, new Frame.ExitReceived()));
        return Objects.requireNonNull(decided.get()).ending();
    }

    /** Goes on over another connection, until that ends; null where there is none. */
    private @Nullable Ending resume(Reconnection reconnection, String why) {
        connection.close();
        try {
            Pipe pipe = reconnection.pipe(why);
            if (pipe == null) {
                return null;
            }
            Connection next = new Connection(pipe.in(), pipe.out());
            Frame.Resume again =
                    new Frame.Resume(Frame.VERSION, size, attachment, stdout.received(), stderr.received());
            Frame.Resumed resumed = resume(next, again);
            connection = next;
            Decision meanwhile = decided.get();
            if (meanwhile != null) {
                next.farewell(meanwhile.lastWords());
                next.close();
                return meanwhile.ending();
            }
            receipts.connect(next, List.of(StreamId.STDOUT, StreamId.STDERR));
            if (!size.equals(again.size())) {
                next.attempt(new Frame.Resize(size));
            }
            reconnection.resumed();
            Thread.ofPlatform().daemon().name("cntr-resend").start(() -> sendFrom(next, resumed.stdin()));
            return carry(next);
        } catch (ProtocolException e) {
            return new Ending.Refused(e.code(), String.valueOf(e.getMessage()));
        } catch (IOException e) {
            return new Ending.Lost(why);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return null;
        }
    }

    private Frame.Resumed resume(Connection next, Frame.Resume again) throws IOException {
        Thread watchdog = next.closeAfter(ServerStream.PROOF_TIME);
        try {
            introduce(next, again, proof);
            if (!(answer(next) instanceof Frame.Resumed resumed)) {
                throw ProtocolException.violation("the agent did not answer the proof");
            }
            checkVersion(resumed.version());
            return resumed;
        } finally {
            watchdog.interrupt();
        }
    }

    /** Reads what comes over a connection until that ends. */
    private Ending carry(Connection from) {
        try (KeepAlive alive = new KeepAlive(pace)) {
            alive.begin(from.writer(), StreamId.STDOUT, from::close);
            Ending ending = read(from, alive);
            return ending instanceof Ending.Lost && alive.gaveUp() ? new Ending.Lost(alive.reason("agent")) : ending;
        }
    }

    /** Sends what the agent lacks, and all that comes. */
    private void sendFrom(Connection to, long from) {
        try {
            stdin.connect(to, from);
        } catch (IOException _) {
            to.closeAfter(
                    Connection.TELL_TIME); // what the agent said before it went may still be on its way to the reader
        } catch (ProtocolException _) {
            to.close(); // the reader meets that
        }
    }

    private Ending read(Connection from, KeepAlive alive) {
        try {
            while (true) {
                Frame next = from.reader().read();
                alive.heard();
                switch (next) {
                    case null -> {
                        return new Ending.Lost("the connection to the agent ended without an exit code");
                    }
                    case Frame.Exit(int code) -> {
                        return new Ending.Exited(code);
                    }
                    case Frame.Error(ErrorCode code, String message) -> {
                        return new Ending.Refused(code, message);
                    }
                    case Frame.Data data
                    when data.stream() == StreamId.STDOUT -> stdout.put(data.offset(), data.bytes());
                    case Frame.Data data
                    when data.stream() == StreamId.STDERR -> stderr.put(data.offset(), data.bytes());
                    case Frame.Ack(StreamId stream, long offset)
                    when stream == StreamId.STDIN -> {
                        if (!stdin.acknowledge(offset)) {
                            alive.heardSign();
                        }
                    }
                    case Frame other -> throw ProtocolException.violation("the agent sent " + FrameType.of(other));
                }
            }
        } catch (ProtocolException e) {
            String what = String.valueOf(e.getMessage());
            from.farewell(new Frame.Error(e.code(), what));
            return new Ending.Refused(e.code(), "the agent broke the protocol: " + what);
        } catch (IOException e) {
            return new Ending.Lost("the connection broke: " + e.getMessage());
        }
    }

    private void send(@Nullable InputStream from) {
        try {
            if (from == null) {
                stdin.end();
            } else {
                stdin.pump(from);
            }
        } catch (IOException _) {
            stdin.end(); // there is no more of it
        }
    }

    private Thread writeOut(Intake from, StreamId stream, OutputStream to) {
        return Thread.ofPlatform().daemon().name("cntr-" + stream).start(() -> {
            try {
                from.writeTo(to, offset -> receipts.written(stream, offset));
            } catch (Intake.SinkException e) {
                String why = stream + ": " + e.getMessage();
                decide(
                        new Ending.OutputClosed(why),
                        new Frame.Error(ErrorCode.CLIENT_GONE, "nobody takes the client's output any more: " + why));
            }
        });
    }

    /** Tells the command's terminal its new size. */
    public void resize(WindowSize now) {
        size = now;
        connection.attempt(new Frame.Resize(now));
    }

    /** Sends the command a signal, by its Linux number. */
    public void signal(int number) {
        connection.attempt(new Frame.Signal(number));
    }

    /** Ends the command's input, of a stream that is not run. */
    public void endInput() {
        connection.attempt(new Frame.CloseStdin());
    }

    /** Leaves; the command goes on. */
    public void detach() {
        decide(new Ending.Detached(), new Frame.Detach());
    }

    /** Ends it: {@link #run} returns, and the agent, which is told, hangs up the command unless the stream had ended. */
    @Override
    public void close() {
        decide(
                new Ending.Lost("closed by this client"),
                new Frame.Error(ErrorCode.CLIENT_GONE, "the client ended the session"));
    }

    /** Breaks the connection, as a network would. */
    void cut() {
        connection.close();
    }

    private void decide(Ending ending, Frame last) {
        if (decided.compareAndSet(null, new Decision(ending, last))) {
            connection.farewell(last);
            stdin.close();
            stdout.abort();
            stderr.abort();
            connection.close();
        }
    }

    private static void join(Thread thread) {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
