package dev.cntr.fuse.passthrough;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** Nodes are counted as the kernel counts them. */
class InodeTableTest {
    private final InodeTable table = new InodeTable(new Inode(1, 2, Modes.S_IFMT), new NodeBudget(1000));

    @Test
    void sameFileIsOneNode() {
        Inode a = table.reference(1, 100, Modes.S_IFREG);

        assertThat(table.reference(1, 100, Modes.S_IFREG)).isSameAs(a);
        assertThat(table.reference(2, 100, Modes.S_IFREG)).isNotSameAs(a);
        assertThat(table.get(a.nodeId)).isSameAs(a);
        assertThat(table.peek(1, 100)).isSameAs(a);
        assertThat(table.peek(1, 101)).isNull();
    }

    @Test
    void goesWithTheLastReference() {
        Inode a = table.reference(1, 100, Modes.S_IFREG);
        table.reference(1, 100, Modes.S_IFREG);
        table.reference(1, 100, Modes.S_IFREG);

        assertThat(table.forget(a.nodeId, 2)).isNull();
        assertThat(table.get(a.nodeId)).isSameAs(a);
        assertThat(table.forget(a.nodeId, 1)).isSameAs(a);
        assertThat(table.get(a.nodeId)).isNull();
        assertThat(table.forget(a.nodeId, 1)).isNull();
    }

    @Test
    void numberIsNeverGivenTwice() {
        Set<Long> given = new HashSet<>();
        for (int i = 0; i < 1000; i++) {
            Inode n = table.reference(1, 100 + i % 3, Modes.S_IFREG);
            assertThat(given.add(n.nodeId)).isTrue();
            table.forget(n.nodeId, 1);
        }
        assertThat(table.slots()).isEqualTo(3);
    }

    @Test
    void rootStays() {
        assertThat(table.reference(1, 2, Modes.S_IFMT)).isSameAs(table.root());
        assertThat(table.forget(1, 1000)).isNull();
        assertThat(table.get(1)).isSameAs(table.root());
    }

    @Test
    void numbersThatWereNeverGivenAreUnknown() {
        for (long id : new long[] {0, 2, 3, -1, Long.MIN_VALUE, Long.MAX_VALUE, 1L << 32 | 1, 0x7fffffff}) {
            assertThat(table.get(id)).as("node " + id).isNull();
            assertThat(table.forget(id, 1)).isNull();
        }
    }

    @Test
    void growsAndShrinks() {
        List<Inode> all = new ArrayList<>();
        for (int i = 0; i < 50_000; i++) {
            all.add(table.reference(1, 1000 + i, Modes.S_IFREG));
        }
        assertThat(all).allMatch(n -> table.get(n.nodeId) == n && table.peek(1, n.number) == n);
        assertThat(all).allMatch(n -> table.forget(n.nodeId, 1) == n);
        int[] left = new int[1];
        table.forEach(ignored -> left[0]++);
        assertThat(left[0]).isEqualTo(1);
    }

    @Test
    void threadsReferenceAndForgetTheSameFiles() throws InterruptedException {
        AtomicReference<Throwable> failure = new AtomicReference<>();
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            RandomGenerator random = RandomGenerator.of("L64X128MixRandom");
            threads.add(Thread.ofPlatform()
                    .uncaughtExceptionHandler((ignored, e) -> failure.set(e))
                    .start(() -> {
                        for (int i = 0; i < 50_000; i++) {
                            long number = 100 + random.nextInt(64);
                            Inode n = table.reference(1, number, Modes.S_IFREG);
                            if (n.number != number || table.get(n.nodeId) != n) {
                                throw new AssertionError("lost " + number);
                            }
                            table.forget(n.nodeId, 1);
                        }
                    }));
        }
        for (Thread t : threads) {
            t.join();
        }
        assertThat(failure.get()).isNull();
        for (int number = 100; number < 164; number++) {
            assertThat(table.peek(1, number)).isNull();
        }
    }
}
