package dev.cntr.fuse.passthrough;

import java.lang.System.Logger.Level;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

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

    /** Milliseconds for the kernel to forget what it has been asked for. */
    private static final long PAUSE = 5;

    /** Where it forgets nothing, since that is in use, it is asked for twice as much after twice as long, so often: up to a second. */
    private static final int MOST_IN_VAIN = 8;

    /** At a time, of a small budget. */
    private static final int LEAST_ASKED = 128;

    private static final int STACK_BYTES = 256 << 10;

    private final int high;
    private final AtomicInteger given = new AtomicInteger();
    private final AtomicLong forgotten = new AtomicLong();
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
        forgotten.addAndGet(count);
    }

    private void run() {
        try {
            int low = high - high / 4;
            int inVain = 0;
            for (int tooMany = given.get() - low; tooMany > 0; tooMany = given.get() - low) {
                long before = forgotten.get();
                int asked = prune((int) Math.min(tooMany, (long) Math.max(LEAST_ASKED, high / 16) << inVain));
                LOG.log(Level.DEBUG, "{0} nodes are known, {1} may be: asked to forget {2}", given.get(), high, asked);
                Thread.sleep(PAUSE << inVain);
                inVain = forgotten.get() > before ? 0 : Math.min(inVain + 1, MOST_IN_VAIN);
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
