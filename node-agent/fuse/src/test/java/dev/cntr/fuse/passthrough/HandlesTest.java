package dev.cntr.fuse.passthrough;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Handles stand for descriptors as long as they are open. */
class HandlesTest {
    private final Handles handles = new Handles();

    @Test
    void leadsToItsDescriptorUntilItIsRemoved() {
        long h = handles.add(42);

        assertThat(h).isPositive();
        assertThat(handles.fd(h)).isEqualTo(42);
        assertThat(handles.remove(h)).isEqualTo(42);
        assertThat(handles.fd(h)).isNegative();
        assertThat(handles.remove(h)).isNegative();
    }

    @Test
    void thatNobodyGotIsNotOpen() {
        handles.add(42);

        for (long h : new long[] {0, 2, -1, 1000, Long.MAX_VALUE, 1L << 32 | 1}) {
            assertThat(handles.fd(h)).as("handle " + h).isNegative();
        }
    }

    @Test
    void manyAreOpenAtOnceAndNumbersAreUsedAgain() {
        Set<Long> open = new HashSet<>();
        for (int fd = 0; fd < 1000; fd++) {
            open.add(handles.add(fd));
        }
        assertThat(open).hasSize(1000);
        open.forEach(handles::remove);
        assertThat(open).contains(handles.add(7));
    }

    @Test
    void thatStandsForNoFileIsTakenUntilItIsRemoved() {
        long h = handles.addWithoutFile();
        assertThat(handles.fd(h)).isEqualTo(-1);
        assertThat(handles.add(7)).isNotEqualTo(h);

        assertThat(handles.remove(h)).isEqualTo(-1);
        assertThat(handles.add(8)).isEqualTo(h);
    }
}
