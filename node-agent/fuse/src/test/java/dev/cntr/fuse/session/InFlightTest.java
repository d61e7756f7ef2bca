package dev.cntr.fuse.session;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Interrupts reach the request they mean, and what is over is known. */
class InFlightTest {
    private final InFlight inFlight = new InFlight(2);

    @Test
    void interruptMarksTheOneRequest() {
        inFlight.begin(0, 10);
        inFlight.begin(1, 12);

        inFlight.interrupt(12);

        assertThat(inFlight.interrupted(0, 10)).isFalse();
        assertThat(inFlight.interrupted(1, 12)).isTrue();
        inFlight.end(1, 12);
        inFlight.begin(1, 14);
        assertThat(inFlight.interrupted(1, 14)).isFalse();
    }

    @Test
    void snapshotIsOverWhenAllItsRequestsAre() {
        inFlight.begin(0, 10);
        inFlight.begin(1, 12);
        long[] snapshot = inFlight.snapshot();
        assertThat(inFlight.over(snapshot)).isFalse();

        inFlight.end(0, 10);
        assertThat(inFlight.over(snapshot)).isFalse();

        inFlight.begin(1, 14);
        assertThat(inFlight.over(snapshot)).isTrue();
    }

    @Test
    void idleThreadsHoldNothingUp() {
        assertThat(inFlight.over(inFlight.snapshot())).isTrue();
    }

    /** What such a thread was at is over: nothing waits for it, and it is not taken for one that could read. */
    @Test
    void lostThreadIsBusyForEverAndHoldsNothingUp() {
        inFlight.begin(0, 10);
        inFlight.lose(0);

        assertThat(InFlight.busy(inFlight.at(0))).isTrue();
        assertThat(inFlight.over(inFlight.snapshot())).isTrue();
    }

    @Test
    void whatAThreadIsAtIsAnotherValueAfterEachRequest() {
        long before = inFlight.at(0);
        inFlight.begin(0, 10);
        inFlight.end(0, 10);
        long after = inFlight.at(0);

        assertThat(after).isNotEqualTo(before);
        assertThat(InFlight.busy(after)).isFalse();
        inFlight.begin(0, 12);
        inFlight.end(0, 12);
        assertThat(inFlight.at(0)).isNotEqualTo(after);
    }
}
