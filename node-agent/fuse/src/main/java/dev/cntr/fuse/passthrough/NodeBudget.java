package dev.cntr.fuse.passthrough;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many nodes the trees of a program may have given to the kernel, which keeps them until it needs the memory itself. Above the high-water mark it is asked
 * to forget some, by a thread that lives for as long as there are too many; what is needed again is looked up again. Half as many again are never given: a lookup is answered ENOMEM then.
 */
final class NodeBudget {
    /** A node, its name, its place in the table. */
    private static final int BYTES_EACH = 200;

    /** That of this program: a third of its heap. */
    static final NodeBudget PROCESS =
            new NodeBudget((int) Math.min(Runtime.getRuntime().maxMemory() / 3 / BYTES_EACH, 1 << 28));

    private static final System.Logger LOG = System.getLogger(NodeBudget.class.getName());

    /** For the kernel to give back what it has been asked for. */
    private static final Duration MOMENT = Duration.ofMillis(5);

    /** Where it cannot, since all is in use. */
    private static final Duration LATER = Duration.ofSeconds(1);

    /** At a time, of a small budget. */
    private static final int LEAST_ASKED = 128;

    private static final int STACK_BYTES = 256 << 10;

    private final int high;
    private final AtomicInteger given = new AtomicInteger();
    private final AtomicBoolean pruning = new AtomicBoolean();
    private final List<Tree> trees = new CopyOnWriteArrayList<>();

    NodeBudget(int high) {
        this.high = high;
    }

    void join(Tree tree) {
        trees.add(tree);
    }

    void leave(Tree tree) {
        trees.remove(tree);
    }

    int given() {
        return given.get();
    }

    /** Whether no further node is to be given. */
    boolean isFull() {
        return given.get() >= high + high / 2;
    }

    /** A tree has given one. */
    void took() {
        if (given.incrementAndGet() > high && !pruning.getAndSet(true)) {
            try {
                Thread.ofPlatform()
                        .name("fuse-forgets")
                        .daemon()
                        .stackSize(STACK_BYTES)
                        .start(this::run);
            } catch (OutOfMemoryError e) {
                pruning.set(false); // the system has no further thread; the next node tries again
            }
        }
    }

    /** The kernel has forgotten some. */
    void gave(int count) {
        given.addAndGet(-count);
    }

    private void run() {
        try {
            int low = high - high / 4;
            for (int tooMany = given.get() - low; tooMany > 0; tooMany = given.get() - low) {
                int asked = prune(Math.min(tooMany, Math.max(LEAST_ASKED, high / 16)));
                LOG.log(Level.DEBUG, "{0} nodes are known, {1} may be: asked to forget {2}", given.get(), high, asked);
                Thread.sleep(asked > 0 ? MOMENT : LATER);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            pruning.set(false);
        }
    }

    /** Asks of the largest trees first. */
    private int prune(int wanted) {
        int left = wanted;
        List<Tree> largest = trees.stream()
                .sorted(Comparator.comparingInt(Tree::nodes).reversed())
                .toList();
        for (Tree tree : largest) {
            if (left > 0) {
                left -= tree.prune(left);
            }
        }
        return wanted - left;
    }
}
