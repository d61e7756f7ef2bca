package dev.cntr.protocol;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/** The two loops that a stream has a thread for: from a file descriptor to frames, and from frames to one. */
final class Pump {
    private Pump() {}

    /**
     * Sends all of {@code from}; it reads only what the window lets it send. False when the window was closed.
     *
     * @throws SourceException when {@code from} cannot be read
     * @throws IOException when the frames cannot be written: the other side is gone
     */
    static boolean send(InputStream from, StreamId stream, Window window, FrameWriter to)
            throws SourceException, IOException {
        byte[] buffer = new byte[Frame.MAX_DATA];
        while (true) {
            int room = window.acquire(buffer.length);
            if (room == 0) {
                return false;
            }
            int count = read(from, buffer, room);
            if (count < 0) {
                return true;
            }
            if (count > 0) {
                to.write(new Frame.Data(stream, window.send(count), ByteBuffer.wrap(buffer, 0, count)));
            }
        }
    }

    private static int read(InputStream from, byte[] buffer, int room) throws SourceException {
        try {
            return from.read(buffer, 0, room);
        } catch (IOException e) {
            throw new SourceException(e);
        }
    }

    /** Writes out all of an intake, and acknowledges what is written. */
    static void receive(Intake from, StreamId stream, OutputStream to, FrameWriter acknowledgements)
            throws SinkException {
        byte[] buffer = new byte[Frame.MAX_DATA];
        long written = 0;
        for (int count = from.take(buffer); count >= 0; count = from.take(buffer)) {
            try {
                to.write(buffer, 0, count);
                to.flush();
            } catch (IOException e) {
                throw new SinkException(e, written + count);
            }
            written += count;
            acknowledge(stream, written, acknowledgements);
        }
    }

    /** Acknowledges all further bytes without writing them anywhere. */
    static void discard(Intake from, StreamId stream, long taken, FrameWriter acknowledgements) {
        byte[] buffer = new byte[Frame.MAX_DATA];
        long written = taken;
        acknowledge(stream, written, acknowledgements);
        for (int count = from.take(buffer); count >= 0; count = from.take(buffer)) {
            written += count;
            acknowledge(stream, written, acknowledgements);
        }
    }

    private static void acknowledge(StreamId stream, long offset, FrameWriter to) {
        try {
            to.write(new Frame.Ack(stream, offset));
        } catch (IOException _) {
            // The reader of frames meets the same end and reports it; what was received is still written out.
        }
    }

    /** Where the bytes come from gives no more. */
    static final class SourceException extends Exception {
        private static final long serialVersionUID = 1L;

        SourceException(IOException cause) {
            super(cause.getMessage(), cause);
        }
    }

    /** Where the bytes should go takes no more. */
    static final class SinkException extends Exception {
        private static final long serialVersionUID = 1L;

        private final long taken;

        SinkException(IOException cause, long taken) {
            super(cause.getMessage(), cause);
            this.taken = taken;
        }

        /** How many bytes were taken off the intake, written out or not. */
        long taken() {
            return taken;
        }
    }
}
