package dev.cntr.fuse.passthrough;

import dev.cntr.fuse.passthrough.Inode.Location;
import dev.cntr.fuse.session.Request;
import dev.cntr.fuse.wire.AttrOut;
import dev.cntr.fuse.wire.EntryOut;
import dev.cntr.linux.Errno;
import dev.cntr.linux.Memory;
import org.jspecify.annotations.Nullable;

/**
 * Finds nodes in the backing tree, for one thread: their descriptors, their attributes, and the nodes behind names. A node
 * without a descriptor is sought at its last known place; where something else is there now, the answer is ESTALE, upon
 * which the kernel looks its path up anew.
 */
final class Nodes {
    private static final int ESTALE = (int) Errno.ESTALE.negative();
    private static final int EACCES = (int) Errno.EACCES.negative();
    private static final int ENOMEM = (int) Errno.ENOMEM.negative();
    private static final int ENOENT = (int) Errno.ENOENT.negative();
    private static final int ENOTDIR = (int) Errno.ENOTDIR.negative();

    private static final long LONG = TreeWatch.LONG.toSeconds();
    private static final long REPLIED_BY = Notices.REPEATED.toNanos() / 2;

    private final Tree tree;
    private final Calls calls;
    private final InodeTable inodes;
    private final long entryValid;
    private final long attrValid;
    private final TreeWatch watch;

    /** When the request came: changes of what is answered have to be told since then. */
    private long asOf;

    /** The kernel may go by the name that was looked up last for long. */
    private boolean kept;

    Nodes(Tree tree, Calls calls) {
        this.tree = tree;
        this.calls = calls;
        this.inodes = tree.inodes();
        this.entryValid = tree.timeouts().entry().toSeconds();
        this.attrValid = tree.timeouts().attributes().toSeconds();
        this.watch = tree.watch();
    }

    /** At the beginning of a request that looks at what may be being changed. */
    void begin() {
        if (watch.isPossible()) {
            asOf = System.nanoTime();
        }
    }

    @Nullable
    Inode get(Request request) {
        return inodes.get(request.nodeId());
    }

    @Nullable
    Inode get(long nodeId) {
        return inodes.get(nodeId);
    }

    /** The O_PATH descriptor of the request's node, or the negative errno. It is good until the request is answered. */
    int fd(Request request) {
        return fd(request.nodeId());
    }

    int fd(long nodeId) {
        Inode inode = inodes.get(nodeId);
        return inode == null ? ESTALE : fd(inode);
    }

    int fd(Inode inode) {
        inode.used = true;
        int fd = inode.fd;
        return fd >= 0 ? fd : open(inode);
    }

    private int open(Inode inode) {
        Location place = inode.location;
        if (place == null || inode.forgotten) {
            return ESTALE;
        }
        int parent = fd(place.parent());
        if (parent < 0) {
            return parent;
        }
        int fd;
        synchronized (inode) {
            if (inode.fd >= 0) {
                return inode.fd;
            }
            fd = inode.forgotten ? ESTALE : openVerified(inode, parent, calls.name(place.name()));
            if (fd < 0) {
                return fd == ENOENT || fd == ENOTDIR ? ESTALE : fd;
            }
            inode.position = 0;
            inode.fd = fd;
        }
        tree.opened(calls);
        return fd;
    }

    private int openVerified(Inode inode, int parent, long name) {
        // of what may be an automounter's, or a server's that does not answer, only who lists it opens it
        boolean listed = inode.type == Modes.S_IFDIR && tree.unchanging();
        int fd = listed ? calls.openListable(parent, name) : calls.openPath(parent, name);
        if (listed && fd == EACCES) {
            // names in it may still be looked up
            listed = false;
            fd = calls.openPath(parent, name);
        }
        if (fd < 0) {
            return fd;
        }
        int r = calls.stat(fd);
        if (r == 0 && !calls.stat().isOf(inode)) {
            r = ESTALE;
        }
        if (r < 0) {
            calls.close(fd);
            return r;
        }
        inode.listable = listed;
        return fd;
    }

    /** The descriptor of a directory, one by which it can be listed. */
    int listableFd(Inode directory) {
        while (true) {
            int fd = fd(directory);
            if (fd < 0 || directory.listable) {
                return fd;
            }
            int open = calls.openDirectory(fd);
            if (open < 0) {
                return open;
            }
            synchronized (directory) {
                if (directory.fd == fd && !directory.listable) {
                    directory.fd = open;
                    directory.listable = true;
                    directory.position = 0;
                    open = Inode.NO_FD;
                }
            }
            if (open == Inode.NO_FD) {
                tree.replaced(calls, fd);
            } else {
                calls.close(open);
            }
        }
    }

    /** Gives a node the descriptor of a file that has just been created or is open, where it has none yet. */
    int adopt(Inode inode, int openFile) {
        synchronized (inode) {
            if (inode.fd >= 0) {
                return inode.fd;
            }
            int fd = calls.reopenPath(openFile);
            if (fd < 0) {
                return fd;
            }
            inode.fd = fd;
        }
        tree.opened(calls);
        return 0;
    }

    /** Stats a node into {@link Calls#stat}. */
    int stat(Inode inode) {
        int fd = inode.fd;
        if (fd >= 0) {
            return calls.stat(fd);
        }
        Location place = inode.location;
        if (place == null) {
            return ESTALE;
        }
        int parent = fd(place.parent());
        if (parent < 0) {
            return parent;
        }
        int r = calls.stat(parent, calls.name(place.name()));
        if (r == 0) {
            return calls.stat().isOf(inode) ? 0 : ESTALE;
        }
        return r == ENOENT || r == ENOTDIR ? ESTALE : r;
    }

    /**
     * The node behind a name, with a reference for the kernel and its attributes in {@link Calls#stat}.
     *
     * @return null where {@link #error} tells why there is none
     */
    @Nullable
    Inode lookup(Inode parent, long name) {
        return lookup(parent, name, (int) Memory.stringLength(name));
    }

    @Nullable
    Inode lookup(Inode parent, long name, int nameLength) {
        return lookup(parent, name, nameLength, true);
    }

    /** The same of a name that has just been made through the mount, which the kernel does not go by for long. */
    @Nullable
    Inode made(Inode parent, long name) {
        return lookup(parent, name, (int) Memory.stringLength(name), false);
    }

    private @Nullable Inode lookup(Inode parent, long name, int nameLength, boolean keep) {
        kept = false;
        if (parent.hides(name)) {
            error = ENOENT;
            return null;
        }
        int directory = fd(parent);
        if (directory < 0) {
            error = directory;
            return null;
        }
        kept = keep && watch.give(calls, parent, directory, name, nameLength);
        int r = calls.stat(directory, name);
        if (r < 0) {
            error = r;
            return null;
        }
        if (keep
                && tree.isFull()
                && inodes.peek(calls.stat().device(), calls.stat().inode()) == null) {
            error = ENOMEM;
            return null;
        }
        return reference(parent, name, nameLength);
    }

    private int error;

    /** Why {@link #lookup} found nothing: a negative errno. */
    int error() {
        return error;
    }

    /** Takes a reference on what has been stated last, which is at a name. */
    Inode reference(Inode parent, long name) {
        kept = false;
        return reference(parent, name, (int) Memory.stringLength(name));
    }

    private Inode reference(Inode parent, long name, int nameLength) {
        Stat stat = calls.stat();
        Inode inode = inodes.reference(stat.device(), stat.inode(), stat.type());
        Mask mask = parent.mask;
        if (mask != null && inode != inodes.root()) {
            inode.mask = mask.below(name);
        }
        Location known = inode.location;
        // mounts that come and go are told by nobody
        kept &= inode.type != Modes.S_IFDIR && inode.device == parent.device;
        if (inode != inodes.root() && (known == null || inode.fd < 0 && !isAt(known, parent, name))) {
            inode.location = new Location(parent, Memory.bytes(name, nameLength));
        }
        return inode;
    }

    /** Takes a reference on what has been stated last, which has no name. */
    Inode referenceNameless() {
        kept = false;
        Stat stat = calls.stat();
        return inodes.reference(stat.device(), stat.inode(), stat.type());
    }

    private static boolean isAt(Location known, Inode parent, long name) {
        byte[] bytes = known.name();
        if (known.parent() != parent) {
            return false;
        }
        for (int i = 0; i < bytes.length; i++) {
            if (Memory.getByte(name + i) != bytes[i]) {
                return false;
            }
        }
        return Memory.getByte(name + bytes.length) == 0;
    }

    /** Before a name is removed: the node behind it keeps a descriptor, since it may be in use and cannot be found again. */
    void keepWithoutName(int directory, long name) {
        if (calls.stat(directory, name) < 0) {
            return;
        }
        Inode inode = inodes.peek(calls.stat().device(), calls.stat().inode());
        if (inode == null || inode == inodes.root()) {
            return;
        }
        boolean opened = false;
        synchronized (inode) {
            if (inode.fd < 0 && !inode.forgotten) {
                int fd = openVerified(inode, directory, name);
                if (fd >= 0) {
                    inode.fd = fd;
                    opened = true;
                }
            }
            if (inode.fd >= 0) {
                inode.location = null;
            }
        }
        if (opened) {
            tree.opened(calls);
        }
    }

    /** Whether something is hidden behind a name of a directory: that name has to stay. */
    boolean hasMask(Inode parent, long name) {
        Mask mask = parent.mask;
        return mask != null && (mask.hides(name) || mask.below(name) != null);
    }

    /** After a name has been given to a node: that is where it is found from now on. */
    void moved(Inode parent, int directory, long name) {
        if (calls.stat(directory, name) < 0) {
            return;
        }
        Inode inode = inodes.peek(calls.stat().device(), calls.stat().inode());
        if (inode != null && inode != inodes.root()) {
            inode.location = new Location(parent, Memory.bytes(name, (int) Memory.stringLength(name)));
        }
    }

    /** Writes {@code fuse_entry_out} for a node whose attributes are in {@link Calls#stat}. */
    void putEntry(long at, Inode inode) {
        EntryOut.nodeId(at, inode.nodeId);
        EntryOut.generation(at, 0);
        EntryOut.entryValid(at, valid(entryValid));
        EntryOut.attrValid(at, attrValid(inode));
        EntryOut.entryValidNanos(at, 0);
        EntryOut.attrValidNanos(at, 0);
        calls.stat().putAttr(EntryOut.attr(at));
    }

    /** Writes {@code fuse_attr_out} for a node from {@link Calls#stat}. */
    void putAttributes(long at, Inode inode) {
        AttrOut.attrValid(at, attrValid(inode));
        AttrOut.attrValidNanos(at, 0);
        AttrOut.padding(at, 0);
        calls.stat().putAttr(AttrOut.attr(at));
    }

    /** For how many seconds the kernel may go by what is known of the name that was looked up last. */
    long valid(long otherwise) {
        return kept && System.nanoTime() - asOf < REPLIED_BY ? LONG : otherwise;
    }

    /** For how many seconds it may go by a node's attributes. */
    long attrValid(Inode inode) {
        WatchedDirectory watched = inode.watched;
        return watched != null && watched.isLiveSince(asOf) ? LONG : attrValid;
    }
}
