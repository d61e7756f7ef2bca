package dev.cntr.fuse.passthrough;

import dev.cntr.fuse.session.FileSystem;
import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The nodes that the kernel knows: by its number for them, without a lock, and by (device, inode number). It counts the
 * kernel's references; a node goes when the last is given back.
 *
 * <p>A number is a slot and a generation, so that none is given twice. Hash chains are guarded by the lock of their stripe,
 * the slots by one of their own, which is taken inside.
 */
final class InodeTable {
    private static final int STRIPES = 32;
    private static final int STRIPE_BITS = 5;
    private static final int CHUNK_BITS = 10;
    private static final int CHUNK = 1 << CHUNK_BITS;
    private static final int FIRST_SLOT = (int) FileSystem.ROOT + 1;

    private final Inode root;
    private final NodeBudget budget;
    private final Stripe[] stripes = new Stripe[STRIPES];

    private final Object slotLock = new Object();
    private volatile @Nullable Inode[][] chunks = new Inode[16][];
    private int[] free = new int[64];
    private int freeCount;
    private int nextSlot = FIRST_SLOT;
    private long generation;

    InodeTable(Inode root, NodeBudget budget) {
        this.root = root;
        this.budget = budget;
        root.nodeId = FileSystem.ROOT;
        root.lookups = 1;
        Arrays.setAll(stripes, ignored -> new Stripe());
    }

    private static final class Stripe {
        private @Nullable Inode[] buckets = new Inode[16];
        private int size;

        private int bucket(long hash) {
            return (int) (hash >>> STRIPE_BITS) & (buckets.length - 1);
        }

        private @Nullable Inode find(long hash, long device, long number) {
            Inode n = buckets[bucket(hash)];
            while (n != null && !n.isSame(device, number)) {
                n = n.next;
            }
            return n;
        }

        private void add(long hash, Inode inode) {
            if (++size > buckets.length) {
                grow();
            }
            int b = bucket(hash);
            inode.next = buckets[b];
            buckets[b] = inode;
        }

        private void grow() {
            @Nullable Inode[] old = buckets;
            buckets = new Inode[old.length * 2];
            for (Inode n : old) {
                while (n != null) {
                    Inode next = n.next;
                    int b = bucket(hash(n.device, n.number));
                    n.next = buckets[b];
                    buckets[b] = n;
                    n = next;
                }
            }
        }

        private void remove(long hash, Inode inode) {
            int b = bucket(hash);
            Inode n = buckets[b];
            if (n == inode) {
                buckets[b] = inode.next;
            } else {
                while (n != null && n.next != inode) {
                    n = n.next;
                }
                if (n != null) {
                    n.next = inode.next;
                }
            }
            size--;
        }
    }

    private static long hash(long device, long number) {
        long h = (number * 0x9E3779B97F4A7C15L) ^ (device * 0xC2B2AE3D27D4EB4FL);
        return (h >>> 32) & 0xffff_ffffL;
    }

    private Stripe stripe(long hash) {
        return stripes[(int) hash & (STRIPES - 1)];
    }

    Inode root() {
        return root;
    }

    /** The node of the kernel's number, or null for one that is not, or no longer, given out. */
    @Nullable
    Inode get(long nodeId) {
        if (nodeId == FileSystem.ROOT) {
            return root;
        }
        int slot = (int) nodeId;
        @Nullable Inode[][] all = chunks;
        int c = slot >>> CHUNK_BITS;
        if (c >= all.length || all[c] == null) {
            return null;
        }
        Inode n = all[c][slot & (CHUNK - 1)];
        return n != null && n.nodeId == nodeId ? n : null;
    }

    /** The node of a file, without taking a reference. */
    @Nullable
    Inode peek(long device, long number) {
        if (root.isSame(device, number)) {
            return root;
        }
        long hash = hash(device, number);
        Stripe s = stripe(hash);
        synchronized (s) {
            return s.find(hash, device, number);
        }
    }

    /** Takes a reference on the node of a file, which is made where there is none. */
    Inode reference(long device, long number, int type) {
        if (root.isSame(device, number)) {
            return root;
        }
        long hash = hash(device, number);
        Stripe s = stripe(hash);
        Inode n;
        boolean made = false;
        synchronized (s) {
            n = s.find(hash, device, number);
            if (n == null) {
                n = new Inode(device, number, type);
                giveSlot(n);
                s.add(hash, n);
                made = true;
            }
            n.lookups++;
        }
        if (made) {
            budget.took();
        }
        return n;
    }

    /**
     * Gives references back.
     *
     * @return the node if those were the last: the caller frees what it holds
     */
    @Nullable
    Inode forget(long nodeId, long lookups) {
        Inode n = get(nodeId);
        if (n == null || n == root) {
            return null;
        }
        long hash = hash(n.device, n.number);
        Stripe s = stripe(hash);
        synchronized (s) {
            n.lookups -= lookups;
            if (n.lookups > 0 || n.forgotten) {
                return null;
            }
            n.forgotten = true;
            s.remove(hash, n);
            takeSlot(n);
        }
        budget.gave(1);
        return n;
    }

    private void giveSlot(Inode inode) {
        synchronized (slotLock) {
            int slot = freeCount > 0 ? free[--freeCount] : nextSlot++;
            int c = slot >>> CHUNK_BITS;
            @Nullable Inode[][] all = chunks;
            if (c >= all.length) {
                all = Arrays.copyOf(all, all.length * 2);
            }
            @Nullable Inode[] chunk = all[c];
            if (chunk == null) {
                chunk = new Inode[CHUNK];
                all[c] = chunk;
            }
            inode.nodeId = generation << 32 | slot;
            chunk[slot & (CHUNK - 1)] = inode;
            chunks = all;
        }
    }

    private void takeSlot(Inode inode) {
        int slot = (int) inode.nodeId;
        synchronized (slotLock) {
            @Nullable Inode[] chunk = chunks[slot >>> CHUNK_BITS];
            if (chunk != null) {
                chunk[slot & (CHUNK - 1)] = null;
            }
            if (freeCount == free.length) {
                free = Arrays.copyOf(free, freeCount * 2);
            }
            free[freeCount++] = slot;
            generation = (generation + 1) & 0x7fff_ffff;
        }
    }

    /** How many nodes there are beside the root. */
    int count() {
        synchronized (slotLock) {
            return nextSlot - FIRST_SLOT - freeCount;
        }
    }

    /** How many slots have ever been in use at once, plus the first: the range of {@link #atSlot}. */
    int slots() {
        synchronized (slotLock) {
            return nextSlot;
        }
    }

    /** The node in a slot, if there is one: for going round all of them. */
    @Nullable
    Inode atSlot(int slot) {
        @Nullable Inode[] chunk = chunks[slot >>> CHUNK_BITS];
        return chunk == null ? null : chunk[slot & (CHUNK - 1)];
    }

    /** All nodes, the root too. Others may come and go meanwhile. */
    void forEach(Consumer<Inode> action) {
        action.accept(root);
        int end = slots();
        for (int slot = FIRST_SLOT; slot < end; slot++) {
            Inode n = atSlot(slot);
            if (n != null) {
                action.accept(n);
            }
        }
    }
}
