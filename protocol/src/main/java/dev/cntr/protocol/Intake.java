package dev.cntr.protocol;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongConsumer;

/**
 * The receiver's buffer of one stream, between the thread that reads frames and the one that writes the bytes out. It never
 * holds more than the window, however the peer cuts its frames, and is as small as what it has held.
 */
final class Intake {
    private static final int FIRST = 8 * 1024;

    private final int limit;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private byte[] ring = new byte[0];
    private int head;
    private int held;
    private long received;
    private boolean finished;
    private boolean aborted;

    Intake(int limit) {
        this.limit = limit;
    }

    /**
     * Takes bytes off the wire, without waiting.
     *
     * @throws ProtocolException when they do not follow what came before, come after the end, or overrun the window
     */
    void put(long offset, ByteBuffer bytes) {
        int count = bytes.remaining();
        lock.lock();
        try {
            if (offset != received || finished) {
                throw ProtocolException.violation("bytes at offset " + offset
                        + (finished ? " after the end" : " where " + received + " is next"));
            }
            if (count > limit - held) {
                throw ProtocolException.violation("more than " + limit + " unacknowledged bytes");
            }
            received += count;
            if (aborted) {
                return;
            }
            grow(held + count);
            int tail = (head + held) % ring.length;
            int first = Math.min(count, ring.length - tail);
            bytes.get(bytes.position(), ring, tail, first);
            bytes.get(bytes.position() + first, ring, 0, count - first);
            held += count;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits for bytes and takes as many as there are and fit.
     *
     * @return how many; -1 when the stream has ended and nothing is left, or it was aborted
     */
    int take(byte[] into) {
        lock.lock();
        try {
            while (held == 0 && !finished && !aborted) {
                changed.awaitUninterruptibly();
            }
            if (held == 0 || aborted) {
                return -1;
            }
            int count = Math.min(into.length, held);
            int first = Math.min(count, ring.length - head);
            System.arraycopy(ring, head, into, 0, first);
            System.arraycopy(ring, 0, into, first, count - first);
            head = (head + count) % ring.length;
            held -= count;
            return count;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Writes out all that comes, until the end.
     *
     * @param written gets how many bytes are written out, each time that there are more
     * @throws SinkException when {@code to} takes no more
     */
    void writeTo(OutputStream to, LongConsumer written) throws SinkException {
        byte[] buffer = new byte[Frame.MAX_DATA];
        long total = 0;
        for (int count = take(buffer); count >= 0; count = take(buffer)) {
            total += count;
            try {
                to.write(buffer, 0, count);
                to.flush();
            } catch (IOException e) {
                throw new SinkException(e, total);
            }
            written.accept(total);
        }
    }

    /** Drops all that comes, until the end, as if it were written out. */
    void discard(long taken, LongConsumer written) {
        byte[] buffer = new byte[Frame.MAX_DATA];
        long total = taken;
        do {
            written.accept(total);
            int count = take(buffer);
            if (count < 0) {
                return;
            }
            total += count;
        } while (true);
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

    /** How many bytes have come: the offset of the next. */
    long received() {
        lock.lock();
        try {
            return received;
        } finally {
            lock.unlock();
        }
    }

    /** No more bytes will come; what is held can still be taken. */
    void finish() {
        lock.lock();
        try {
            finished = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Drops what is held and ends the taker. */
    void abort() {
        lock.lock();
        try {
            aborted = true;
            held = 0;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void grow(int wanted) {
        if (wanted <= ring.length) {
            return;
        }
        byte[] grown = new byte[Math.min(limit, Math.max(FIRST, Math.max(wanted, 2 * ring.length)))];
        int first = Math.min(held, ring.length - head);
        System.arraycopy(ring, head, grown, 0, first);
        System.arraycopy(ring, 0, grown, first, held - first);
        ring = grown;
        head = 0;
    }
}
