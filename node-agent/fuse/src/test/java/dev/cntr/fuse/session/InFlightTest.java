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
        inFlight.end(1);
        inFlight.begin(1, 14);
        assertThat(inFlight.interrupted(1, 14)).isFalse();
    }

    @Test
    void snapshotIsOverWhenAllItsRequestsAre() {
        inFlight.begin(0, 10);
        inFlight.begin(1, 12);
        long[] snapshot = inFlight.snapshot();
        assertThat(inFlight.over(snapshot)).isFalse();

        inFlight.end(0);
        assertThat(inFlight.over(snapshot)).isFalse();

        inFlight.begin(1, 14);
        assertThat(inFlight.over(snapshot)).isTrue();
    }

    @Test
    void idleThreadsHoldNothingUp() {
        assertThat(inFlight.over(inFlight.snapshot())).isTrue();
    }

    @Test
    void threadsAreHeldUpWhenAllAreStillAtTheirRequests() {
        inFlight.begin(0, 10);
        assertThat(inFlight.heldUp(2, inFlight.snapshot())).as("one is idle").isFalse();
        inFlight.begin(1, 12);
        long[] snapshot = inFlight.snapshot();
        assertThat(inFlight.heldUp(2, snapshot)).isTrue();

        inFlight.end(1);
        inFlight.begin(1, 14);

        assertThat(inFlight.heldUp(2, snapshot)).as("one went on").isFalse();
    }
}
