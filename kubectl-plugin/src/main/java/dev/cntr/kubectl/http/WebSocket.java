package dev.cntr.kubectl.http;

import java.io.EOFException;
import java.io.IOException;
import java.net.ProtocolException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The client's end of a WebSocket, RFC 6455: messages both ways, of which those that come are read like a stream. One thread reads, any may write or close;
 * whoever reads answers pings on the way.
 */
public final class WebSocket implements AutoCloseable {
    private static final int FINAL = 0x80;
    private static final int MASKED = 0x80;
    private static final int LONGEST_HEAD = 14;
    private static final int LONGEST_CONTROL = 125;
    private static final int LENGTH_OF_16_BITS = 126;
    private static final int LENGTH_OF_64_BITS = 127;

    private static final int CONTINUATION = 0;
    private static final int TEXT = 1;
    private static final int BINARY = 2;
    private static final int CLOSE = 8;
    private static final int PING = 9;
    private static final int PONG = 10;
    private static final byte[] NORMAL_CLOSURE = {0x03, (byte) 0xe8};
    private static final long GOODBYE_MILLIS = 100;

    private final Connection connection;

    /** Whether the frame that is read is its message's last, and how much of it is left. */
    private boolean last = true;

    private long left;
    private boolean ended;

    private final ReentrantLock writing = new ReentrantLock();
    private byte[] frame = new byte[1024];
    private boolean closeSent;

    WebSocket(Connection connection) {
        this.connection = connection;
    }

    /** Reads that begin from now on may take so long together. */
    public void within(java.time.Duration time) {
        connection.until(Deadline.in(time));
    }

    /**
     * Goes on to the next message, past what is unread of this one, and waits for it.
     *
     * @return false when the server has closed the WebSocket in due form
     * @throws EOFException when the connection ended without
     */
    public boolean next() throws IOException {
        byte[] skipped = new byte[LONGEST_CONTROL];
        while (read(skipped, 0, skipped.length) >= 0) {
            // not wanted
        }
        return !ended && nextFrame(false);
    }

    /** Some bytes of this message; -1 at its end. */
    public int read(byte[] into, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        while (left == 0) {
            if (last || ended || !nextFrame(true)) {
                return -1;
            }
        }
        int count = connection.read(into, offset, (int) Math.min(length, left));
        if (count < 0) {
            throw new EOFException("the server ended the connection");
        }
        left -= count;
        return count;
    }

    /** Reads heads of frames, and whole control frames, until there is one with data. */
    private boolean nextFrame(boolean continued) throws IOException {
        while (!ended) {
            int first = connection.demand();
            int second = connection.demand();
            int kind = first & 0x0f;
            long length = length(second & 0x7f);
            if ((second & MASKED) != 0) {
                throw new ProtocolException("the server's WebSocket masks what it sends");
            }
            if (kind >= CLOSE) {
                control(kind, length);
            } else if (kind == (continued ? CONTINUATION : BINARY) || kind == TEXT && !continued) {
                last = (first & FINAL) != 0;
                left = length;
                return true;
            } else {
                throw new ProtocolException("a frame of kind " + kind + " of the server's WebSocket is out of place");
            }
        }
        return false;
    }

    private long length(int told) throws IOException {
        int bytes = told == LENGTH_OF_16_BITS ? 2 : told == LENGTH_OF_64_BITS ? 8 : 0;
        long length = bytes == 0 ? told : 0;
        for (int i = 0; i < bytes; i++) {
            length = length << 8 | connection.demand();
        }
        if (length < 0) {
            throw new ProtocolException("a frame of " + Long.toUnsignedString(length) + " bytes");
        }
        return length;
    }

    private void control(int kind, long length) throws IOException {
        if (length > LONGEST_CONTROL) {
            throw new ProtocolException("a control frame of " + length + " bytes");
        }
        byte[] payload = new byte[(int) length];
        for (int i = 0; i < payload.length; i++) {
            payload[i] = (byte) connection.demand();
        }
        switch (kind) {
            case CLOSE -> {
                ended = true;
                answerClose();
            }
            case PING -> write(PONG, payload, 0, payload.length);
            default -> {}
        }
    }

    /**
     * Sends a message of one frame, and returns when the socket has taken it.
     *
     * @param first a byte before the others
     */
    public void send(byte first, byte[] bytes, int offset, int length) throws IOException {
        writing.lock();
        try {
            if (frame.length < LONGEST_HEAD + 1 + length) {
                frame = new byte[LONGEST_HEAD + 1 + length];
            }
            int at = head(BINARY, 1 + length);
            frame[at] = first;
            System.arraycopy(bytes, offset, frame, at + 1, length);
            sendMasked(at, 1 + length);
        } finally {
            writing.unlock();
        }
    }

    private void write(int kind, byte[] payload, int offset, int length) throws IOException {
        writing.lock();
        try {
            int at = head(kind, length);
            System.arraycopy(payload, offset, frame, at, length);
            sendMasked(at, length);
        } finally {
            writing.unlock();
        }
    }

    /** Writes a frame's head with its mask; gives where its payload begins. */
    private int head(int kind, int length) throws IOException {
        if (closeSent) {
            throw new IOException("this side has closed the WebSocket");
        }
        int at = 0;
        frame[at++] = (byte) (FINAL | kind);
        if (length <= LONGEST_CONTROL) {
            frame[at++] = (byte) (MASKED | length);
        } else {
            boolean brief = length <= 0xffff;
            frame[at++] = (byte) (MASKED | (brief ? LENGTH_OF_16_BITS : LENGTH_OF_64_BITS));
            for (int shift = brief ? 8 : 56; shift >= 0; shift -= 8) {
                frame[at++] = (byte) ((long) length >> shift);
            }
        }
        int mask = ThreadLocalRandom.current().nextInt();
        for (int shift = 24; shift >= 0; shift -= 8) {
            frame[at++] = (byte) (mask >> shift);
        }
        return at;
    }

    private void sendMasked(int at, int length) throws IOException {
        byte[] bytes = frame;
        byte m0 = bytes[at - 4];
        byte m1 = bytes[at - 3];
        byte m2 = bytes[at - 2];
        byte m3 = bytes[at - 1];
        int end = at + length;
        int i = at;
        for (; i + 3 < end; i += 4) {
            bytes[i] ^= m0;
            bytes[i + 1] ^= m1;
            bytes[i + 2] ^= m2;
            bytes[i + 3] ^= m3;
        }
        for (int rest = 4; i < end; i++, rest--) {
            bytes[i] ^= bytes[at - rest];
        }
        connection.write(bytes, end);
    }

    /** The server may be gone by then, which changes nothing. */
    private void answerClose() {
        try {
            sayClose();
        } catch (IOException _) {
            // It has said all that it wanted to.
        }
    }

    private void sayClose() throws IOException {
        writing.lock();
        try {
            if (!closeSent) {
                write(CLOSE, NORMAL_CLOSURE, 0, NORMAL_CLOSURE.length);
                closeSent = true;
            }
        } finally {
            writing.unlock();
        }
    }

    /** Says goodbye unless that has to wait, and ends every read and write that waits. */
    @Override
    public void close() {
        Thread goodbye = Thread.ofVirtual().start(() -> {
            if (writing.tryLock()) {
                try {
                    sayClose();
                } catch (IOException _) {
                    // The server is told by the connection's end.
                } finally {
                    writing.unlock();
                }
            }
        });
        try {
            goodbye.join(GOODBYE_MILLIS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        connection.close();
    }
}
