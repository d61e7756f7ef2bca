package dev.cntr.protocol;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Says at intervals that this side is there, and notices when the other one, which does the same, is silent. Nobody else may notice: a container runtime that is
 * killed leaves open the pipes of what was executed through it, and a connection through a network that is gone ends after a quarter of an hour.
 *
 * <p>The sign is an acknowledgement that says what the one before it said. A peer that is older than this takes it for what it is, sends none, and is never
 * taken for lost. Any frame counts as a sign of life. What is counted is intervals rather than time: when this process was itself stopped for a while, the
 * frames that came meanwhile are read before it is over with the peer.
 */
final class KeepAlive implements AutoCloseable {
    /**
     * How often, and how long.
     *
     * @param interval between two signs
     * @param most intervals without a frame until the peer counts as lost
     */
    record Pace(Duration interval, int most) {
        /**
         * Lost after 54 to 57 s. A network that is away for 30 s is back in time for that: TCP sends what got lost again after 0.2 s, and each further time after
         * twice as long, 51 s after it was first sent at the latest.
         */
        static final Pace DEFAULT = new Pace(Duration.ofSeconds(3), 18);

        /** How long a peer may be silent at least. */
        Duration silence() {
            return interval.multipliedBy(most);
        }
    }

    private final Pace pace;
    private final CountDownLatch over = new CountDownLatch(1);
    private final AtomicInteger silent = new AtomicInteger();
    private volatile boolean expected;
    private volatile boolean lost;

    KeepAlive(Pace pace) {
        this.pace = pace;
    }

    /**
     * Begins with a sign; the peer is not waited for before it has sent one.
     *
     * @param stream whose acknowledgement is repeated: one that this side receives
     * @param lost what to do once the peer is lost
     */
    void begin(FrameWriter writer, StreamId stream, Runnable lost) {
        Thread.ofVirtual().name("cntr-alive").start(() -> speak(writer, stream));
        Thread.ofVirtual().name("cntr-listens").start(() -> listen(lost));
    }

    /** A frame came. */
    void heard() {
        silent.set(0);
    }

    /** An acknowledgement came that says nothing new: a sign, after which more are expected. */
    void heardSign() {
        expected = true;
    }

    /** Whether the peer was silent for too long. */
    boolean gaveUp() {
        return lost;
    }

    /** How a lost peer is told of. */
    String reason(String peer) {
        return "nothing was heard of the %s for %d s"
                .formatted(peer, pace.silence().toSeconds());
    }

    private void speak(FrameWriter writer, StreamId stream) {
        try {
            do {
                writer.repeatAck(stream);
            } while (!closedWithin(pace.interval()));
        } catch (IOException _) {
            // The reader of frames meets the same end and reports it.
        }
    }

    private void listen(Runnable whenLost) {
        while (!closedWithin(pace.interval())) {
            if (silent.incrementAndGet() > pace.most() && expected) {
                lost = true;
                whenLost.run();
                return;
            }
        }
    }

    /** Not by an interrupt: that would close a channel in which the other thread writes. */
    private boolean closedWithin(Duration time) {
        try {
            return over.await(time.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    /** Ends both. */
    @Override
    public void close() {
        over.countDown();
    }
}
