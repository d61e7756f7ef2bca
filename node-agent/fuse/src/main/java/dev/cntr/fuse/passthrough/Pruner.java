package dev.cntr.fuse.passthrough;

import dev.cntr.fuse.passthrough.Inode.Location;
import dev.cntr.fuse.session.Notifier;
import dev.cntr.fuse.session.Session;
import dev.cntr.linux.ErrnoException;

/**
 * Asks the kernel to forget nodes of a tree that nobody uses: by the clock algorithm, one that was used since the hand came by is spared once.
 *
 * <p>A kernel that knows no {@code FUSE_NOTIFY_PRUNE} can only be told that a name is good no more, and then also unmounts what is mounted over it. So there names
 * of directories stay, and those near the root, over some of which a session has its target's (such as {@code etc/resolv.conf}).
 */
final class Pruner {
    private final Session session;
    private final InodeTable inodes;
    private final boolean byNode;
    private final long[] batch = new long[Notifier.MOST_PRUNED];
    private int hand;

    /** @param byNode whether the kernel can be told of nodes, and finds out itself which are in use */
    Pruner(Session session, InodeTable inodes, boolean byNode) {
        this.session = session;
        this.inodes = inodes;
        this.byNode = byNode;
    }

    /** Gives how many it has asked for. Never by a thread that answers requests. */
    synchronized int prune(int wanted) {
        try (Notifier notifier = session.notifier()) {
            int slots = inodes.slots();
            int asked = 0;
            int waiting = 0;
            for (int steps = 2 * slots; steps > 0 && asked < wanted; steps--) {
                hand = hand + 1 >= slots ? 0 : hand + 1;
                Inode inode = inodes.atSlot(hand);
                if (inode == null || !mayGo(inode)) {
                    continue;
                }
                asked++;
                if (!byNode) {
                    drop(notifier, inode);
                } else {
                    batch[waiting++] = inode.nodeId;
                    if (waiting == batch.length) {
                        notifier.prune(batch, waiting);
                        waiting = 0;
                    }
                }
            }
            if (waiting > 0) {
                notifier.prune(batch, waiting);
            }
            return asked;
        } catch (ErrnoException _) {
            return 0; // no descriptor for it now, or the connection has ended
        }
    }

    private boolean mayGo(Inode inode) {
        if (inode.used) {
            inode.used = false;
            return false;
        }
        return byNode || inode.type != Modes.S_IFDIR && inode.opens == 0 && isDeep(inode);
    }

    private boolean isDeep(Inode inode) {
        Location place = inode.location;
        Location above = place == null ? null : place.parent().location;
        return above != null && above.parent() != inodes.root();
    }

    private static void drop(Notifier notifier, Inode inode) {
        Location place = inode.location;
        if (place != null) {
            notifier.dropEntry(place.parent().nodeId, place.name());
        }
    }
}
