package dev.cntr.protocol;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * A pipe to the peer. Offsets that go through it count from where it found the streams: those of a client that comes to a command which runs already
 * begin at 0, as everybody's.
 */
final class Connection implements Outlet.Sink, AutoCloseable {
    /** How long last words may take to be sent. */
    static final Duration TELL_TIME = Duration.ofSeconds(1);

    private final InputStream in;
    private final OutputStream out;
    private final FrameReader reader;
    private final FrameWriter writer;
    private final long[] bases = new long[StreamId.values().length];
    private volatile Consumer<IOException> whenBroken = _ -> {};

    Connection(InputStream in, OutputStream out) {
        this.in = in;
        this.out = out;
        this.reader = new FrameReader(in);
        this.writer = new FrameWriter(out);
    }

    FrameReader reader() {
        return reader;
    }

    FrameWriter writer() {
        return writer;
    }

    /** What to do when something could not be sent; may be called several times. */
    void whenBroken(Consumer<IOException> action) {
        whenBroken = action;
    }

    /** A stream's offset at which this connection begins to count. */
    void base(StreamId stream, long offset) {
        bases[stream.ordinal()] = offset;
    }

    long base(StreamId stream) {
        return bases[stream.ordinal()];
    }

    /**
     * An offset of this connection's as one of the stream.
     *
     * @throws ProtocolException where no stream is so long
     */
    long inStream(StreamId stream, long offset) {
        if (offset > Long.MAX_VALUE - base(stream)) {
            throw ProtocolException.violation("offset " + offset + " of " + stream);
        }
        return base(stream) + offset;
    }

    @Override
    public void send(StreamId stream, long offset, ByteBuffer bytes) throws IOException {
        writer.write(new Frame.Data(stream, offset - base(stream), bytes));
    }

    /** Of the command's output the agent says no end but with the exit code. */
    @Override
    public void end(StreamId stream) throws IOException {
        if (stream == StreamId.STDIN) {
            writer.write(new Frame.CloseStdin());
        }
    }

    @Override
    public void broken(IOException why) {
        whenBroken.accept(why);
    }

    /** Says how much of a stream is written out. */
    void acknowledge(StreamId stream, long offset) {
        attempt(new Frame.Ack(stream, Math.max(0, offset - base(stream))));
    }

    /** Writes a frame; a failure is met and told by whoever reads. */
    void attempt(Frame frame) {
        try {
            writer.write(frame);
        } catch (IOException _) {
            // The reader of frames meets the same end and reports it.
        }
    }

    /** Writes a last frame, without waiting long for a peer that has stopped reading. */
    void farewell(Frame frame) {
        Thread teller = Thread.ofPlatform().daemon().name("cntr-farewell").start(() -> attempt(frame));
        try {
            teller.join(TELL_TIME);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** Closes it after a while, unless the thread that is given back is interrupted before: the peer has answered. */
    Thread closeAfter(Duration time) {
        return Thread.ofVirtual().start(() -> {
            try {
                Thread.sleep(time);
                close();
            } catch (InterruptedException _) {
                // The peer answered in time.
            }
        });
    }

    /** Ends every read and write that waits. */
    @Override
    public void close() {
        try (in;
                out) {
            // Closing both is all there is to do.
        } catch (IOException _) {
            // The pipe is given up in any case.
        }
    }
}
