package dev.cntr.cli.detached;

import dev.cntr.cli.caller.Caller;
import dev.cntr.cli.caller.CallerInput;
import dev.cntr.cli.caller.LocalTerminal;
import dev.cntr.cli.caller.SharedStream;
import dev.cntr.linux.FdChannel;
import dev.cntr.protocol.DetachKeys;
import dev.cntr.protocol.Frame;
import dev.cntr.protocol.FrameReader;
import dev.cntr.protocol.FrameWriter;
import dev.cntr.protocol.StreamId;
import dev.cntr.protocol.WindowSize;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** Looks at a detached session, with the caller's terminal. */
public final class Viewer implements AutoCloseable {
    private static final int SIGNALLED = 128;

    private final Caller caller;
    private final FdChannel channel;
    private final FrameWriter out;
    private final FrameReader in;
    private final LocalTerminal terminal;
    private final DetachKeys keys;
    private long typed;
    private volatile int leftBy;
    private volatile boolean left;

    private Viewer(Caller caller, FdChannel channel, DetachKeys keys) {
        this.caller = caller;
        this.channel = channel;
        this.keys = keys;
        out = new FrameWriter(Channels.newOutputStream(channel));
        in = new FrameReader(Channels.newInputStream(channel));
        terminal = new LocalTerminal(caller);
    }

    /** Connects to a session. */
    public static Viewer of(DetachedSessions sessions, String id, Caller caller, DetachKeys keys) throws IOException {
        return new Viewer(caller, new FdChannel(sessions.connect(id)), keys);
    }

    /**
     * Shows what the session has shown, and what it shows, and types what is typed.
     *
     * @return the command's exit code, or 128 and the signal that this process got; nothing where the user left by the keys for that
     * @throws IOException where the session ended otherwise, or does not speak as this program does
     */
    public OptionalInt run() throws IOException {
        out.write(new Frame.Hello(Frame.VERSION, size()));
        Frame answer = in.read();
        if (answer instanceof Frame.Error error) {
            throw new IOException(error.message());
        }
        if (!(answer instanceof Frame.Accepted)) {
            throw lost();
        }
        try (LocalTerminal mine = terminal;
                CallerInput input = new CallerInput(caller, new Typing())) {
            mine.raw();
            caller.onSignal(this::signal);
            input.start();
            return show();
        }
    }

    private OptionalInt show() throws IOException {
        SharedStream shown = new SharedStream(caller.out());
        Frame frame;
        while ((frame = read()) != null) {
            switch (frame) {
                case Frame.Data(StreamId _, long _, ByteBuffer bytes) -> {
                    byte[] copy = new byte[bytes.remaining()];
                    bytes.duplicate().get(copy);
                    shown.write(copy, 0, copy.length);
                }
                case Frame.Exit(int code) -> {
                    return OptionalInt.of(code);
                }
                default -> throw lost();
            }
        }
        if (left) {
            return OptionalInt.empty();
        }
        if (leftBy != 0) {
            return OptionalInt.of(SIGNALLED + leftBy);
        }
        throw lost();
    }

    private @Nullable Frame read() throws IOException {
        try {
            return in.read();
        } catch (ClosedChannelException e) {
            return null; // the user has left
        }
    }

    private static IOException lost() {
        return new IOException(
                "the session is lost: its keeper was killed, or dropped this terminal because it took no output for"
                        + " ten seconds; `cntr sessions` shows what goes on");
    }

    private WindowSize size() {
        dev.cntr.linux.terminal.WindowSize size = terminal.size();
        return new WindowSize(size.columns(), size.rows());
    }

    private void signal(int number) {
        if (number != Caller.WINCH) {
            leftBy = number;
            channel.close();
            return;
        }
        try {
            out.write(new Frame.Resize(size()));
        } catch (IOException e) {
            // the session is over
        }
    }

    @Override
    public void close() {
        channel.close();
    }

    /** What the user types goes to the session, but for the keys by which he leaves. */
    private final class Typing implements CallerInput.Taker {
        @Override
        public void take(byte[] from, int length) throws IOException {
            byte[] passed = keys.pass(from, length);
            for (int at = 0; at < passed.length; at += Frame.MAX_DATA) {
                ByteBuffer bytes = ByteBuffer.wrap(passed, at, Math.min(Frame.MAX_DATA, passed.length - at));
                out.write(new Frame.Data(StreamId.STDIN, typed, bytes));
                typed += bytes.remaining();
            }
            if (keys.complete()) {
                left = true;
                channel.close();
            }
        }

        @Override
        public void end() {
            // the output is still of interest
        }
    }
}
