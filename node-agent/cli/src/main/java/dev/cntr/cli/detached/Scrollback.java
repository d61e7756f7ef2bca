package dev.cntr.cli.detached;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The last bytes of an output, for readers that come and go. Whoever reads sees all from where he begins: the writer waits for him. Who reads nothing for too long is
 * dropped, so that the output goes on.
 */
final class Scrollback {
    private final byte[] ring;
    private final Duration patience;
    private final Set<Reader> readers = new HashSet<>();
    /** Of all bytes that were ever written. */
    private long written;

    private boolean ended;

    /**
     * @param capacity how many bytes are kept
     * @param patience how long the writer waits for somebody who reads nothing
     */
    Scrollback(int capacity, Duration patience) {
        ring = new byte[capacity];
        this.patience = patience;
    }

    /** Adds to the output; waits for those who have yet to read what that would overwrite. */
    void append(byte[] from, int length) throws InterruptedException {
        for (int done = 0; done < length; ) {
            int chunk = Math.min(length - done, Math.min(ring.length, 64 * 1024));
            appendChunk(from, done, chunk);
            done += chunk;
        }
    }

    private void appendChunk(byte[] from, int offset, int length) throws InterruptedException {
        List<Reader> dropped;
        synchronized (this) {
            dropped = makeRoom(length);
            int at = (int) (written % ring.length);
            int first = Math.min(length, ring.length - at);
            System.arraycopy(from, offset, ring, at, first);
            System.arraycopy(from, offset + first, ring, 0, length - first);
            written += length;
            notifyAll();
        }
        dropped.forEach(reader -> reader.whenDropped.run());
    }

    /** Gives those who read nothing all the while, and are readers no more. */
    private List<Reader> makeRoom(int length) throws InterruptedException {
        long oldest = written + length - ring.length;
        long read = totalRead();
        long deadline = System.nanoTime() + patience.toNanos();
        while (readers.stream().anyMatch(reader -> reader.position < oldest)) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                List<Reader> late = new ArrayList<>(readers);
                late.removeIf(reader -> reader.position >= oldest);
                late.forEach(readers::remove);
                return late;
            }
            wait(left / 1_000_000 + 1);
            if (totalRead() != read) {
                read = totalRead();
                deadline = System.nanoTime() + patience.toNanos();
            }
        }
        return List.of();
    }

    private long totalRead() {
        return readers.stream().mapToLong(reader -> reader.position).sum();
    }

    /** Nothing more comes. */
    synchronized void end() {
        ended = true;
        notifyAll();
    }

    /**
     * Begins to read: with the oldest line that is kept whole.
     *
     * @param whenDropped is called where the reader has read nothing for too long
     */
    synchronized Reader reader(Runnable whenDropped) {
        long start = Math.max(0, written - ring.length);
        if (start > 0) {
            long line = start;
            while (line < written && ring[(int) (line % ring.length)] != '\n') {
                line++;
            }
            start = line < written ? line + 1 : start;
        }
        Reader reader = new Reader(start, whenDropped);
        readers.add(reader);
        return reader;
    }

    /** Waits until nobody reads any more, or the time is over. */
    synchronized void awaitReaders(Duration limit) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!readers.isEmpty() && System.nanoTime() < deadline) {
            wait(Math.max(1, (deadline - System.nanoTime()) / 1_000_000));
        }
    }

    /** Who reads, in a thread of his own. */
    final class Reader implements AutoCloseable {
        private final Runnable whenDropped;
        private long position;

        private Reader(long position, Runnable whenDropped) {
            this.position = position;
            this.whenDropped = whenDropped;
        }

        /** Where the next byte to be read is in all that was ever written. */
        long position() {
            synchronized (Scrollback.this) {
                return position;
            }
        }

        /** Whether all was read that ever comes. */
        boolean complete() {
            synchronized (Scrollback.this) {
                return ended && position == written;
            }
        }

        /**
         * Waits for bytes.
         *
         * @return how many were read; -1 at the end, which is also where the reader was dropped or closed
         */
        int read(byte[] to) throws InterruptedException {
            synchronized (Scrollback.this) {
                while (position == written && !ended && readers.contains(this)) {
                    Scrollback.this.wait();
                }
                if (position == written || !readers.contains(this)) {
                    return -1;
                }
                int length = (int) Math.min(to.length, written - position);
                int at = (int) (position % ring.length);
                int first = Math.min(length, ring.length - at);
                System.arraycopy(ring, at, to, 0, first);
                System.arraycopy(ring, 0, to, first, length - first);
                position += length;
                Scrollback.this.notifyAll();
                return length;
            }
        }

        @Override
        public void close() {
            synchronized (Scrollback.this) {
                readers.remove(this);
                Scrollback.this.notifyAll();
            }
        }
    }
}
