package dev.cntr.fuse.passthrough;

import dev.cntr.fuse.session.FileSystem;
import dev.cntr.fuse.session.FuseException;
import dev.cntr.fuse.session.Session;
import dev.cntr.fuse.wire.InitFlag;
import dev.cntr.fuse.wire.NotifyPruneOut;
import dev.cntr.linux.ErrnoException;
import dev.cntr.linux.Fd;
import dev.cntr.linux.Kernel;
import dev.cntr.linux.OpenFlag;
import dev.cntr.linux.Syscall;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** A backing tree as all threads of a session share it: its nodes, open handles, and settings. */
public final class Tree {
    private final Session session;
    private final Fd rootFd;
    private final Timeouts timeouts;
    private final boolean unchanging;
    private final InodeTable inodes;
    private final Handles handles = new Handles();
    private final Limbo limbo;
    private final DataPath dataPath;
    private final FdBudget budget;
    private final NodeBudget nodeBudget;
    private final Pruner pruner;
    private final ListingHabits habits = new ListingHabits();
    private final XattrCensus xattrs;
    private final TreeWatch watch;
    private final LockWaits lockWaits = new LockWaits();
    private final boolean sharesLocks;
    private final FileSystemTypes types = new FileSystemTypes();
    private int clockHand;

    /**
     * @param root an O_PATH descriptor of a directory, which the tree then owns
     * @param unchanging whether nobody changes anything in it while it is served
     * @param hidden paths, relative to the root and without {@code .}, {@code ..} and links, that are not there for anybody
     */
    public Tree(Session session, Fd root, Timeouts timeouts, boolean unchanging, Collection<String> hidden) {
        this(
                session,
                root,
                timeouts,
                unchanging,
                hidden,
                Shared.PROCESS,
                session.negotiation().minor());
    }

    /** @param minor the version of the protocol by which the kernel is told what it did not ask for */
    Tree(
            Session session,
            Fd root,
            Timeouts timeouts,
            boolean unchanging,
            Collection<String> hidden,
            Shared shared,
            int minor) {
        this.session = session;
        this.rootFd = listable(root);
        this.timeouts = timeouts;
        this.unchanging = unchanging;
        this.limbo = new Limbo(session.inFlight());
        this.nodeBudget = shared.nodes();
        this.inodes = new InodeTable(rootInode(rootFd), nodeBudget);
        this.pruner = new Pruner(session, inodes, minor >= NotifyPruneOut.MINOR);
        this.inodes.root().mask = Mask.of(hidden);
        this.dataPath = PassthroughProbe.choose(session, rootFd);
        this.budget = shared.fds();
        boolean inUse = !unchanging && timeouts.entry().compareTo(TreeWatch.LONG) < 0;
        this.watch = new TreeWatch(
                session, shared.watches(), types, inUse && timeouts.entry().isPositive());
        this.xattrs = new XattrCensus(unchanging);
        this.sharesLocks = session.negotiation().has(InitFlag.FUSE_POSIX_LOCKS);
        budget.join(this);
        nodeBudget.join(this);
    }

    private static Fd listable(Fd root) {
        try (root) {
            return Fd.open(root, ".", OpenFlag.O_RDONLY, OpenFlag.O_DIRECTORY);
        } catch (ErrnoException e) {
            throw new FuseException(
                    "cannot list the tree to serve: " + e.getMessage() + "; name one that this user may read", e);
        }
    }

    private static Inode rootInode(Fd root) {
        Kernel kernel = Kernel.current();
        try (Calls calls = new Calls(kernel)) {
            ErrnoException.check(calls.stat(root.number()), Syscall.STATX, "the root of the tree");
            Inode inode = new Inode(
                    calls.stat().device(), calls.stat().inode(), calls.stat().type());
            inode.fd = root.number();
            inode.listable = true;
            return inode;
        }
    }

    /** For {@link Session#serve}. */
    public FileSystem forThread(Kernel kernel) {
        return forThread(kernel, Optional.empty());
    }

    /** The same, where what is created becomes somebody's, whoever creates it. */
    public FileSystem forThread(Kernel kernel, Optional<Owner> owner) {
        return new PassthroughFileSystem(this, Calls.onServingThread(kernel), owner.orElse(null));
    }

    public DataPath dataPath() {
        return dataPath;
    }

    /** How many nodes the kernel knows, the root included. */
    public int nodes() {
        return inodes.count() + 1;
    }

    Session session() {
        return session;
    }

    Timeouts timeouts() {
        return timeouts;
    }

    boolean unchanging() {
        return unchanging;
    }

    InodeTable inodes() {
        return inodes;
    }

    Handles handles() {
        return handles;
    }

    ListingHabits habits() {
        return habits;
    }

    /** Whether the kernel may keep an open directory's listing: its changes show in its time of change, or there are none. */
    boolean keepsListing(Calls calls, Inode directory, int fd) {
        return unchanging || ChangeTimes.tellAllChanges(types.of(calls, directory, fd));
    }

    /** By whom changes from outside are told to the kernel. */
    TreeWatch watch() {
        return watch;
    }

    LockWaits lockWaits() {
        return lockWaits;
    }

    /** Whether locks are taken on the backing files: as has been agreed with the kernel. */
    boolean sharesLocks() {
        return sharesLocks;
    }

    /** Whether nothing in the tree has extended attributes, and nothing will. False as long as that is not known. */
    boolean hasNoXattrs() {
        xattrs.begin(rootFd);
        return xattrs.foundNone();
    }

    /** A node has got a descriptor. */
    void opened(Calls calls) {
        limbo.drain(calls.kernel);
        budget.took(calls);
    }

    /** The kernel gives references of a node back; with the last, everything it holds is closed. */
    void forget(Calls calls, long nodeId, long lookups) {
        Inode inode = inodes.forget(nodeId, lookups);
        if (inode != null) {
            free(calls, inode);
        }
    }

    /** A node has another descriptor in place of this one, which requests may still be using. */
    void replaced(Calls calls, int fd) {
        limbo.add(new int[] {fd});
        limbo.drain(calls.kernel);
    }

    private void free(Calls calls, Inode inode) {
        watch.forgotten(inode);
        int fd;
        int backing;
        synchronized (inode) {
            fd = inode.fd;
            inode.fd = Inode.NO_FD;
            inode.listable = false;
            backing = inode.backingId;
            inode.backingId = Inode.CACHED;
        }
        if (backing > 0) {
            session.device().closeBacking(calls.kernel, calls.scratch(), backing);
        }
        if (fd >= 0) {
            calls.close(fd);
            budget.gave(1);
        }
    }

    /**
     * Gives up descriptors of nodes that can be found again and are not in use: the clock algorithm, a node that was used
     * since the hand came by is spared once.
     *
     * @return how many
     */
    int evict(Calls calls, int wanted) {
        int[] fds = new int[wanted];
        int n = 0;
        synchronized (limbo) {
            int slots = inodes.slots();
            for (int steps = 2 * slots; steps > 0 && n < wanted; steps--) {
                clockHand = clockHand + 1 >= slots ? 0 : clockHand + 1;
                Inode inode = inodes.atSlot(clockHand);
                if (inode == null || inode.fd == Inode.NO_FD) {
                    continue;
                }
                if (inode.used) {
                    inode.used = false;
                    continue;
                }
                int fd = giveUp(calls, inode);
                if (fd >= 0) {
                    fds[n++] = fd;
                }
            }
        }
        if (n > 0) {
            limbo.add(Arrays.copyOf(fds, n));
            limbo.drain(calls.kernel);
            budget.gave(n);
        }
        return n;
    }

    private int giveUp(Calls calls, Inode inode) {
        synchronized (inode) {
            if (inode.opens > 0 || inode.location == null || inode.forgotten) {
                return Inode.NO_FD;
            }
            if (inode.backingId > 0) {
                session.device().closeBacking(calls.kernel, calls.scratch(), inode.backingId);
            }
            inode.backingId = 0;
            int fd = inode.fd;
            inode.fd = Inode.NO_FD;
            inode.listable = false;
            return fd;
        }
    }

    /** Asks the kernel to forget so many nodes. Gives of how many it was asked. */
    int prune(int wanted) {
        return pruner.prune(wanted);
    }

    /** Whether a node that the kernel does not know is not to be given to it. */
    boolean isFull() {
        return nodeBudget.isFull();
    }

    /** Frees everything. For {@link Session#serve}: when no thread answers any more. */
    public void close() {
        Kernel kernel = Kernel.current();
        xattrs.cancel();
        lockWaits.close();
        watch.close();
        budget.leave(this);
        nodeBudget.leave(this);
        nodeBudget.gave(inodes.count());
        limbo.closeAll(kernel);
        int[] closed = new int[1];
        inodes.forEach(inode -> {
            endLocks(kernel, inode);
            if (inode != inodes.root() && inode.fd >= 0) {
                kernel.call(Syscall.CLOSE, inode.fd);
                closed[0]++;
            }
        });
        budget.gave(closed[0]);
        handles.closeAll(kernel);
        rootFd.close();
    }

    private static void endLocks(Kernel kernel, Inode inode) {
        synchronized (inode) {
            List<LockHolder> holders = inode.lockHolders;
            inode.lockHolders = null;
            if (holders != null) {
                holders.forEach(holder -> holder.end(kernel));
            }
        }
    }
}
