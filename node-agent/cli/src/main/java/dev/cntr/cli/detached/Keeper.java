package dev.cntr.cli.detached;

import dev.cntr.attach.DebugContainer;
import dev.cntr.linux.ErrnoException;
import dev.cntr.linux.Fd;
import dev.cntr.linux.FdChannel;
import dev.cntr.linux.socket.Request;
import dev.cntr.linux.socket.RequestServer;
import dev.cntr.linux.terminal.WindowSize;
import dev.cntr.protocol.ErrorCode;
import dev.cntr.protocol.Frame;
import dev.cntr.protocol.FrameReader;
import dev.cntr.protocol.FrameWriter;
import dev.cntr.protocol.StreamId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/** Keeps a debug container with a terminal: its output, until somebody looks at it, and its end, until somebody has seen it, or for a while. */
public final class Keeper implements AutoCloseable {
    private static final int KEPT = 1 << 20;
    private static final int BUFFER = 32 * 1024;
    private static final int VIEWERS = 32;
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final DebugContainer container;
    private final Scrollback scrollback = new Scrollback(KEPT, PATIENCE);
    private final CompletableFuture<@Nullable Void> stopped = new CompletableFuture<>();
    private final CompletableFuture<@Nullable Void> seen = new CompletableFuture<>();
    private final RequestServer server;
    private final Thread output = Thread.ofPlatform().name("output").daemon().unstarted(this::keep);
    private WindowSize size = new WindowSize(0, 0);

    /**
     * @param socket listens, and is this one's from now on
     * @param container with a terminal; stays the caller's
     */
    public Keeper(Fd socket, DebugContainer container) {
        this.container = container;
        server = new RequestServer(socket, "viewer", VIEWERS, this::show);
    }

    /** Starts the command. */
    public void start() {
        output.start();
        server.start();
        container.start();
    }

    /**
     * Returns when the command has ended and somebody has seen that, or nobody came to see it in time, or when it is to be ended.
     *
     * @param ended is told the exit code where nobody looked at the end
     * @param kept how long its end is kept then
     */
    public void await(IntConsumer ended, Duration kept) throws InterruptedException {
        CompletableFuture.anyOf(container.exit(), stopped).join();
        if (!container.exit().isDone()) {
            return;
        }
        output.join();
        scrollback.awaitReaders(PATIENCE);
        if (!seen.isDone()) {
            ended.accept(container.exit().join().code());
            CompletableFuture.anyOf(seen, stopped)
                    .completeOnTimeout(null, kept.toMillis(), TimeUnit.MILLISECONDS)
                    .join();
            scrollback.awaitReaders(PATIENCE);
        }
    }

    /** Ends {@link #await}. From any thread. */
    public void stop() {
        stopped.complete(null);
    }

    /** Sends away who still looks. */
    @Override
    public void close() {
        server.close();
    }

    private void keep() {
        byte[] buffer = new byte[BUFFER];
        try {
            int n;
            while ((n = container.stdout().read(ByteBuffer.wrap(buffer))) >= 0) {
                scrollback.append(buffer, n);
            }
        } catch (ClosedChannelException e) {
            // the container was closed
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            scrollback.end();
        }
    }

    private void show(Request request) {
        FdChannel channel = request.channel();
        FrameWriter out = new FrameWriter(Channels.newOutputStream(channel));
        FrameReader in = new FrameReader(Channels.newInputStream(channel));
        try {
            if (!request.comes() || !(in.read() instanceof Frame.Hello hello)) {
                return;
            }
            if (hello.version() != Frame.VERSION) {
                out.write(new Frame.Error(
                        ErrorCode.VERSION,
                        "this session speaks version " + Frame.VERSION + ", not " + hello.version()
                                + "; use the cntr that it was started with"));
                return;
            }
            out.write(new Frame.Accepted(Frame.VERSION, true));
            try (Scrollback.Reader reader = scrollback.reader(channel::close)) {
                Thread.ofPlatform().name("input").daemon().start(() -> obey(in, channel, reader));
                redraw(size(hello.size()));
                send(reader, out);
            }
        } catch (IOException | ErrnoException e) {
            // who looked has gone; the session goes on
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void send(Scrollback.Reader reader, FrameWriter out) throws IOException, InterruptedException {
        byte[] buffer = new byte[BUFFER];
        long at = reader.position();
        int n;
        while ((n = reader.read(buffer)) >= 0) {
            out.write(new Frame.Data(StreamId.STDOUT, at, ByteBuffer.wrap(buffer, 0, n)));
            at += n;
        }
        if (reader.complete()) {
            out.write(new Frame.Exit(container.exit().join().code()));
            seen.complete(null);
        }
    }

    /** Does what somebody types until he leaves. */
    private void obey(FrameReader in, FdChannel channel, Scrollback.Reader reader) {
        try {
            Frame frame;
            while ((frame = in.read()) != null && !(frame instanceof Frame.Detach)) {
                switch (frame) {
                    case Frame.Data(StreamId _, long _, ByteBuffer bytes) -> type(bytes);
                    case Frame.Resize(dev.cntr.protocol.WindowSize now) -> resize(size(now));
                    default -> throw new IOException("not said by who looks at a session: " + frame);
                }
            }
        } catch (IOException | ErrnoException e) {
            // gone, or no cntr
        } finally {
            reader.close();
            channel.close();
        }
    }

    private void type(ByteBuffer bytes) throws IOException {
        FdChannel stdin = container.stdin();
        try {
            if (stdin != null) {
                stdin.write(bytes.duplicate());
            }
        } catch (IOException | ErrnoException e) {
            if (!container.exit().isDone()) { // else what was shown is still of interest
                throw e;
            }
        }
    }

    private synchronized void resize(WindowSize to) {
        if (to.columns() > 0 && to.rows() > 0) { // else who looks has no terminal
            size = to;
            container.resize(to);
        }
    }

    /** A full-screen program draws all anew when the size changes. */
    private synchronized void redraw(WindowSize to) {
        if (to.equals(size) && to.rows() > 1) {
            container.resize(new WindowSize(to.columns(), to.rows() - 1));
        }
        resize(to);
    }

    private static WindowSize size(dev.cntr.protocol.WindowSize size) {
        return new WindowSize(size.columns(), size.rows());
    }
}
