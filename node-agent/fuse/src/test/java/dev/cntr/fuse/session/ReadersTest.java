package dev.cntr.fuse.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** One more thread reads where all are held up, and no longer than that. */
class ReadersTest {
    private static final int LEAST = 2;
    private static final int MOST = 4;

    private final InFlight inFlight = new InFlight(MOST);
    private final AtomicInteger started = new AtomicInteger();
    private final AtomicBoolean canStart = new AtomicBoolean(true);
    private final Readers readers = new Readers(inFlight, this::start, LEAST, MOST);
    private long unique;

    private boolean start() {
        if (canStart.get()) {
            started.incrementAndGet();
        }
        return canStart.get();
    }

    private void begin(int thread) {
        unique += 2;
        inFlight.begin(thread, unique);
    }

    private void end(int thread) {
        inFlight.end(thread, inFlight.at(thread));
    }

    private void hold(int... threads) {
        for (int t : threads) {
            begin(t);
        }
        readers.look();
    }

    /** As many looks as it may take until something is not needed any more. */
    private void lookOften() {
        for (int i = 0; i < 100; i++) {
            readers.look();
        }
    }

    @Test
    void oneMoreReadsWhenAllAreAtTheSameRequestsAsBefore() {
        hold(0, 1);
        assertThat(readers.reading()).as("they may be quick").isEqualTo(2);

        readers.look();

        assertThat(readers.reading()).isEqualTo(3);
        assertThat(started).hasValue(1);
    }

    @Test
    void noMoreReadWhileOneGoesOn() {
        hold(0, 1);
        for (int i = 0; i < 10; i++) {
            end(1);
            begin(1);
            readers.look();
        }

        assertThat(readers.reading()).isEqualTo(2);
    }

    @Test
    void noMoreReadWhileOneIsIdle() {
        hold(0);
        lookOften();

        assertThat(readers.reading()).isEqualTo(2);
    }

    @Test
    void eachThatIsHeldUpGetsOneUpToTheMost() {
        hold(0, 1);
        readers.look();
        hold(2);
        readers.look();
        assertThat(readers.reading()).as("the second comes later").isEqualTo(3);
        readers.look();
        assertThat(readers.reading()).isEqualTo(4);
        hold(3);

        assertThat(readers.look()).as("looks on").isFalse();
        assertThat(readers.reading()).isEqualTo(4);
        assertThat(started).hasValue(2);
    }

    @Test
    void whoIsNotNeededStandsByAndIsNotStartedAgain() {
        hold(0, 1);
        readers.look();
        end(0);
        end(1);
        lookOften();
        assertThat(readers.reading()).isEqualTo(2);

        hold(0, 1);
        readers.look();

        assertThat(readers.reading()).isEqualTo(3);
        assertThat(started).hasValue(1);
    }

    @Test
    void whoReadsForThoseThatHangStays() {
        hold(0, 1);
        readers.look();
        for (int i = 0; i < 100; i++) {
            begin(2);
            end(2);
            readers.look();
        }

        assertThat(readers.reading()).isEqualTo(3);
    }

    @Test
    void lostThreadIsReplaced() {
        inFlight.lose(0);
        inFlight.lose(1);
        readers.look();
        readers.look();

        assertThat(readers.reading()).isEqualTo(3);
    }

    @Test
    void threadThatCannotBeIsAskedForAgain() {
        canStart.set(false);
        hold(0, 1);
        readers.look();
        assertThat(readers.reading()).isEqualTo(2);
        canStart.set(true);
        for (int i = 0; i < 1000 && readers.reading() == 2; i++) {
            assertThat(readers.look()).isTrue();
        }

        assertThat(readers.reading()).isEqualTo(3);
    }

    @Test
    void nobodyLooksAtAnIdleSessionUntilThereIsARequest() {
        assertThat(readers.unwatched()).isTrue();
        assertThat(readers.unwatched()).as("a second time").isFalse();
        begin(0);
        end(0);
        int looks = 1;
        while (readers.look()) {
            looks++;
        }

        assertThat(looks).isBetween(2, 10);
        assertThat(readers.unwatched()).isTrue();
    }

    @Test
    void standbyWaitsUntilItIsNeeded() throws InterruptedException {
        CountDownLatch reads = new CountDownLatch(1);
        Thread third = Thread.ofPlatform().start(() -> {
            readers.await(2);
            reads.countDown();
        });
        assertThat(reads.getCount()).isEqualTo(1);
        hold(0, 1);
        readers.look();

        reads.await();
        third.join();
    }

    @Test
    void allReadAtTheEnd() throws InterruptedException {
        Thread third = Thread.ofPlatform().start(() -> readers.await(2));

        readers.end();

        third.join();
        assertThat(readers.look()).isFalse();
    }
}
