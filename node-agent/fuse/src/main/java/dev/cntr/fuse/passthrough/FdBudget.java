package dev.cntr.fuse.passthrough;

import dev.cntr.linux.ErrnoException;
import dev.cntr.linux.Kernel;
import dev.cntr.linux.Memory;
import dev.cntr.linux.Scratch;
import dev.cntr.linux.Syscall;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many descriptors the trees of a program may hold for nodes. Above the high-water mark an eighth of them is closed,
 * the least recently used of whichever trees have some; what is needed again is opened again.
 */
final class FdBudget {
    /** That of this program: half of what it may open, which leaves the rest for open files and for everybody else. */
    static final FdBudget PROCESS = new FdBudget((int) Math.min(limit() / 2, 1 << 20));

    private static final int RLIMIT_NOFILE = 7;

    private final int high;
    private final AtomicInteger used = new AtomicInteger();
    private final AtomicBoolean evicting = new AtomicBoolean();
    private final List<Tree> trees = new CopyOnWriteArrayList<>();

    FdBudget(int high) {
        this.high = high;
    }

    /** The soft limit, which the JVM itself raises to the hard one at its start; prlimit(2). */
    private static long limit() {
        try (Scratch s = new Scratch()) {
            long old = s.allocate(16);
            long r = Kernel.current().call(Syscall.PRLIMIT64, 0, RLIMIT_NOFILE, 0, old);
            ErrnoException.check(r, Syscall.PRLIMIT64, "RLIMIT_NOFILE");
            long soft = Memory.getLong(old);
            return soft < 0 ? Long.MAX_VALUE : soft;
        }
    }

    void join(Tree tree) {
        trees.add(tree);
    }

    void leave(Tree tree) {
        trees.remove(tree);
    }

    int used() {
        return used.get();
    }

    /** A tree has opened one. */
    void took(Calls calls) {
        if (used.incrementAndGet() > high && !evicting.getAndSet(true)) {
            try {
                evict(calls, Math.max(1, high / 8));
            } finally {
                evicting.set(false);
            }
        }
    }

    /** Trees have given some up. */
    void gave(int count) {
        used.addAndGet(-count);
    }

    private void evict(Calls calls, int wanted) {
        int left = wanted;
        for (Tree tree : trees) {
            if (left > 0) {
                left -= tree.evict(calls, left);
            }
        }
    }
}
