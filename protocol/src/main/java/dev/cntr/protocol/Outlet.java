package dev.cntr.protocol;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The sender's side of one stream: what it has sent and the peer has not acknowledged is kept, at most a window of it, so that it can be sent
 * again over another connection. One thread sends; any thread may acknowledge, or change the connection.
 */
final class Outlet {
    private static final int FIRST = 8 * 1024;

    /** A connection to the peer. */
    interface Sink {
        /** Sends bytes; {@code offset} is of the first of them in the stream. */
        void send(StreamId stream, long offset, ByteBuffer bytes) throws IOException;

        /** Says that no more bytes come. */
        void end(StreamId stream) throws IOException;

        /** A write has failed; nothing more is written here. */
        void broken(IOException why);
    }

    private final StreamId stream;
    private final int window;
    private final int scrollback;

    /** Held while bytes are sent, so that they are in order; taken before the other. */
    private final ReentrantLock sending = new ReentrantLock();
    /** Of the account below, and never held while anything is waited for but a change of it. */
    private final ReentrantLock lock = new ReentrantLock();

    private final Condition changed = lock.newCondition();
    private @Nullable Sink sink;
    private byte[] ring = new byte[0];
    private long start;
    private long sent;
    private long acknowledged;
    private boolean discarding;
    private boolean ended;
    private boolean closed;

    /**
     * @param window how many bytes may be unacknowledged
     * @param scrollback how many of the last bytes are kept also where they are acknowledged, for a client that comes later
     */
    Outlet(StreamId stream, int window, int scrollback) {
        if (window < 1) {
            throw new IllegalArgumentException("a window of " + window + " bytes");
        }
        this.stream = stream;
        this.window = window;
        this.scrollback = scrollback;
    }

    /**
     * Sends all of {@code from}; it reads only what the window lets it send.
     *
     * @return false when this was closed before the end
     * @throws IOException when {@code from} cannot be read
     */
    boolean pump(InputStream from) throws IOException {
        byte[] buffer = new byte[Frame.SENT_DATA];
        while (true) {
            int room = acquire(buffer.length);
            if (room == 0) {
                return false;
            }
            int count = from.read(buffer, 0, room);
            if (count < 0) {
                end();
                return true;
            }
            if (count > 0) {
                send(buffer, count);
            }
        }
    }

    /** Waits until something may be sent: how many bytes, 1 to {@code most}; 0 when this was closed. */
    private int acquire(int most) {
        lock.lock();
        try {
            while (!closed && !discarding && sent - acknowledged >= window) {
                changed.awaitUninterruptibly();
            }
            return closed ? 0 : (int) Math.min(most, window - (sent - acknowledged));
        } finally {
            lock.unlock();
        }
    }

    private void send(byte[] bytes, int count) {
        Sink to;
        IOException failure;
        sending.lock();
        try {
            long offset = append(bytes, count);
            to = sink;
            failure = to == null ? null : attempt(() -> to.send(stream, offset, ByteBuffer.wrap(bytes, 0, count)));
        } finally {
            sending.unlock();
        }
        if (to != null && failure != null) {
            to.broken(failure);
        }
    }

    /** No more bytes will come. */
    void end() {
        Sink to;
        IOException failure;
        sending.lock();
        try {
            ended = true;
            to = sink;
            failure = to == null ? null : attempt(() -> to.end(stream));
        } finally {
            sending.unlock();
        }
        if (to != null && failure != null) {
            to.broken(failure);
        }
    }

    private interface Write {
        void run() throws IOException;
    }

    private @Nullable IOException attempt(Write write) {
        try {
            write.run();
            return null;
        } catch (IOException e) {
            sink = null;
            return e;
        }
    }

    /**
     * Sends everything from an offset on again, and all that comes, to a connection; the one before must be closed, so that nobody waits to write to it.
     *
     * @throws ProtocolException when the peer cannot have all before that offset, or it is not kept any more
     * @throws IOException when the connection breaks
     */
    void connect(Sink to, long from) throws IOException {
        sending.lock();
        try {
            sink = null;
            byte[] buffer = new byte[Frame.SENT_DATA];
            begin(from);
            long at = from;
            for (int count = copy(at, buffer); count > 0; count = copy(at, buffer)) {
                to.send(stream, at, ByteBuffer.wrap(buffer, 0, count));
                at += count;
            }
            if (ended) {
                to.end(stream);
            }
            sink = to;
        } finally {
            sending.unlock();
        }
    }

    private void begin(long from) {
        lock.lock();
        try {
            if (from < start || from > sent) {
                throw ProtocolException.violation(
                        stream + " cannot go on at " + from + " where " + start + " to " + sent + " are kept");
            }
            discarding = false;
        } finally {
            lock.unlock();
        }
    }

    /** From now on nobody is waited for: the oldest bytes make room for new ones. */
    void discard() {
        lock.lock();
        try {
            discarding = true;
            acknowledged = sent;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits for a client that comes anew: gives the offset of the first byte that is kept, and keeps all from there on. */
    long hold() {
        lock.lock();
        try {
            discarding = false;
            acknowledged = start;
            return start;
        } finally {
            lock.unlock();
        }
    }

    private long append(byte[] bytes, int count) {
        lock.lock();
        try {
            long offset = sent;
            sent += count;
            if (discarding) {
                acknowledged = sent;
            }
            start = Math.max(start, Math.min(acknowledged, sent - Math.max(scrollback, discarding ? window : 0)));
            grow((int) (sent - start), offset);
            int skipped = (int) Math.max(0, start - offset);
            for (int i = skipped; i < count; ) {
                int at = (int) ((offset + i) % ring.length);
                int chunk = Math.min(count - i, ring.length - at);
                System.arraycopy(bytes, i, ring, at, chunk);
                i += chunk;
            }
            return offset;
        } finally {
            lock.unlock();
        }
    }

    /** @param end of what the ring holds */
    private void grow(int wanted, long end) {
        if (wanted <= ring.length) {
            return;
        }
        byte[] grown =
                new byte[Math.max(FIRST, Math.max(wanted, Math.min(2 * ring.length, Math.max(window, scrollback))))];
        for (long at = start; at < end; ) {
            int from = (int) (at % ring.length);
            int to = (int) (at % grown.length);
            int chunk = (int) Math.min(end - at, Math.min(ring.length - from, grown.length - to));
            System.arraycopy(ring, from, grown, to, chunk);
            at += chunk;
        }
        ring = grown;
    }

    private int copy(long at, byte[] to) {
        lock.lock();
        try {
            int count = (int) Math.min(to.length, sent - at);
            for (int i = 0; i < count; ) {
                int from = (int) ((at + i) % ring.length);
                int chunk = Math.min(count - i, ring.length - from);
                System.arraycopy(ring, from, to, i, chunk);
                i += chunk;
            }
            return count;
        } finally {
            lock.unlock();
        }
    }

    /**
     * The peer has written out everything before {@code offset}.
     *
     * @return false when it had said just that before
     * @throws ProtocolException when that was not sent, or it had said more before
     */
    boolean acknowledge(long offset) {
        lock.lock();
        try {
            if (offset < acknowledged || offset > sent) {
                throw ProtocolException.violation("an acknowledgement of " + offset + " where " + acknowledged
                        + " were acknowledged and " + sent + " sent");
            }
            boolean news = offset > acknowledged;
            acknowledged = offset;
            changed.signalAll();
            return news;
        } finally {
            lock.unlock();
        }
    }

    /** Waits until the peer has written out all that was sent; false when this was closed before. */
    boolean awaitAcknowledged() {
        lock.lock();
        try {
            while (!closed && acknowledged < sent) {
                changed.awaitUninterruptibly();
            }
            return acknowledged == sent;
        } finally {
            lock.unlock();
        }
    }

    /** How many bytes were sent. */
    long sent() {
        lock.lock();
        try {
            return sent;
        } finally {
            lock.unlock();
        }
    }

    /** How many bytes are sent and not acknowledged. */
    long unacknowledged() {
        lock.lock();
        try {
            return sent - acknowledged;
        } finally {
            lock.unlock();
        }
    }

    /** Wakes whoever waits: nothing will be sent or acknowledged any more. */
    void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
