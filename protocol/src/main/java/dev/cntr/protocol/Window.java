package dev.cntr.protocol;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The sender's account of one stream: how much it has sent, how much of that the peer has written out, and so how much it
 * may send. One thread sends; any thread may acknowledge.
 */
public final class Window {
    /** How many bytes of a stream may be unacknowledged. */
    public static final int SIZE = 1024 * 1024;

    private final int size;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private long sent;
    private long acknowledged;
    private boolean closed;

    public Window() {
        this(SIZE);
    }

    public Window(int size) {
        if (size < 1) {
            throw new IllegalArgumentException("a window of " + size + " bytes");
        }
        this.size = size;
    }

    /**
     * Waits until something may be sent.
     *
     * @return how many bytes may be sent now, 1 to {@code most}; 0 when the window was closed
     */
    public int acquire(int most) {
        lock.lock();
        try {
            while (!closed && sent - acknowledged >= size) {
                changed.awaitUninterruptibly();
            }
            return closed ? 0 : (int) Math.min(most, size - (sent - acknowledged));
        } finally {
            lock.unlock();
        }
    }

    /** Counts bytes that are about to be sent, and gives the offset of the first of them. */
    public long send(int bytes) {
        lock.lock();
        try {
            if (bytes < 0 || bytes > size - (sent - acknowledged)) {
                throw new IllegalStateException("sending " + bytes + " bytes would overrun the window");
            }
            long offset = sent;
            sent += bytes;
            return offset;
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
    public boolean acknowledge(long offset) {
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

    /** Waits until the peer has written out all that was sent; false when the window was closed before. */
    public boolean awaitAcknowledged() {
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
    public long sent() {
        lock.lock();
        try {
            return sent;
        } finally {
            lock.unlock();
        }
    }

    /** How many bytes are sent and not acknowledged. */
    public long unacknowledged() {
        lock.lock();
        try {
            return sent - acknowledged;
        } finally {
            lock.unlock();
        }
    }

    /** Wakes whoever waits: nothing will be sent or acknowledged any more. */
    public void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
