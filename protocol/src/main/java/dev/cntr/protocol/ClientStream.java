package dev.cntr.protocol;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** The client's side of a stream: standard input, output, errors, resizes and signals against frames. Used once. */
public final class ClientStream implements AutoCloseable {
    private final InputStream in;
    private final OutputStream out;
    private final FrameReader reader;
    private final FrameWriter writer;
    private final boolean tty;
    private final KeepAlive alive;

    private final Window stdin;
    private final Intake stdout;
    private final Intake stderr;
    /** What this side decided, which the break of the pipe that follows does not undo. */
    private final AtomicReference<@Nullable Ending> decided = new AtomicReference<>();

    private ClientStream(
            InputStream in,
            OutputStream out,
            FrameReader reader,
            FrameWriter writer,
            boolean tty,
            int window,
            KeepAlive.Pace pace) {
        this.in = in;
        this.out = out;
        this.reader = reader;
        this.writer = writer;
        this.tty = tty;
        this.alive = new KeepAlive(pace);
        this.stdin = new Window(window);
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
        return open(in, out, size, key, sessionUid, podUid, Window.SIZE, KeepAlive.Pace.DEFAULT);
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
        FrameReader reader = new FrameReader(in);
        FrameWriter writer = new FrameWriter(out);
        writer.write(new Frame.Hello(Frame.VERSION, size));
        if (!(answer(reader) instanceof Frame.Challenge challenge)) {
            throw ProtocolException.violation("the agent did not send a challenge");
        }
        if (!challenge.sessionUid().equals(sessionUid) || !challenge.podUid().equals(podUid)) {
            throw new ProtocolException(
                    ErrorCode.NOT_AUTHORIZED, "the agent's challenge is about another session or pod than the API's");
        }
        writer.write(key.prove(challenge.nonce(), sessionUid, podUid));
        if (!(answer(reader) instanceof Frame.Accepted accepted)) {
            throw ProtocolException.violation("the agent did not answer the proof");
        }
        if (accepted.version() != Frame.VERSION) {
            throw new ProtocolException(
                    ErrorCode.VERSION,
                    "the agent speaks version " + accepted.version() + ", this client " + Frame.VERSION);
        }
        return new ClientStream(in, out, reader, writer, accepted.tty(), window, pace);
    }

    private static Frame answer(FrameReader reader) throws IOException {
        Frame frame = reader.read();
        if (frame == null) {
            throw new IOException("the agent closed the stream");
        }
        if (frame instanceof Frame.Error(ErrorCode code, String message)) {
            throw new ProtocolException(code, message);
        }
        return frame;
    }

    /** Whether the command has a terminal. */
    public boolean tty() {
        return tty;
    }

    /**
     * Carries the streams until the end. Returns only when all output that arrived is written out. A thread that waits for
     * input may stay behind: it is a daemon.
     *
     * @param stdin what to send; null for none
     */
    public Ending run(@Nullable InputStream stdin, OutputStream stdout, OutputStream stderr) {
        alive.begin(writer, StreamId.STDOUT, () -> decide(new Ending.Lost(alive.reason("agent")), null));
        try (alive) {
            return carry(stdin, stdout, stderr);
        }
    }

    private Ending carry(@Nullable InputStream stdin, OutputStream stdout, OutputStream stderr) {
        Thread out = writeOut(this.stdout, StreamId.STDOUT, stdout);
        Thread err = writeOut(this.stderr, StreamId.STDERR, stderr);
        Thread.ofPlatform().daemon().name("cntr-stdin").start(() -> send(stdin));
        Ending ending = read();
        this.stdin.close();
        this.stdout.finish();
        this.stderr.finish();
        join(out);
        join(err);
        if (ending instanceof Ending.Exited && decided.get() == null) {
            attempt(new Frame.ExitReceived());
        }
        Ending mine = decided.get();
        return mine != null ? mine : ending;
    }

    private Ending read() {
        try {
            while (true) {
                Frame next = reader.read();
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
            attempt(new Frame.Error(e.code(), String.valueOf(e.getMessage())));
            return new Ending.Lost("the agent broke the protocol: " + e.getMessage());
        } catch (IOException e) {
            return new Ending.Lost("the connection broke: " + e.getMessage());
        }
    }

    private void send(@Nullable InputStream from) {
        try {
            if (from == null || Pump.send(from, StreamId.STDIN, stdin, writer)) {
                writer.write(new Frame.CloseStdin());
            }
        } catch (Pump.SourceException _) {
            attempt(new Frame.CloseStdin()); // there is no more of it
        } catch (IOException _) {
            // The reader meets the same end and reports it.
        }
    }

    private Thread writeOut(Intake from, StreamId stream, OutputStream to) {
        return Thread.ofPlatform().daemon().name("cntr-" + stream).start(() -> {
            try {
                Pump.receive(from, stream, to, writer);
            } catch (Pump.SinkException e) {
                decide(new Ending.OutputClosed(stream + ": " + e.getMessage()), null);
            }
        });
    }

    /** Tells the command's terminal its new size. */
    public void resize(WindowSize size) {
        attempt(new Frame.Resize(size));
    }

    /** Sends the command a signal, by its Linux number. */
    public void signal(int number) {
        attempt(new Frame.Signal(number));
    }

    /** Leaves; the command goes on. */
    public void detach() {
        decide(new Ending.Detached(), new Frame.Detach());
    }

    /** Breaks the pipe: {@link #run} returns, and the agent sees a lost client unless the stream had ended. */
    @Override
    public void close() {
        decide(new Ending.Lost("closed by this client"), null);
    }

    private void decide(Ending ending, @Nullable Frame last) {
        if (decided.compareAndSet(null, ending)) {
            if (last != null) {
                attempt(last);
            }
            stdin.close();
            stdout.abort();
            stderr.abort();
            try (in;
                    out) {
                // Closing both is all there is to do.
            } catch (IOException _) {
                // The pipe is given up in any case.
            }
        }
    }

    private void attempt(Frame frame) {
        try {
            writer.write(frame);
        } catch (IOException _) {
            // The reader meets the same end and reports it.
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
