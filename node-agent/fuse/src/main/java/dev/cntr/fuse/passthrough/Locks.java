package dev.cntr.fuse.passthrough;

import dev.cntr.fuse.passthrough.LockHolder.Range;
import dev.cntr.fuse.session.Deferred;
import dev.cntr.fuse.session.Reply;
import dev.cntr.fuse.session.Request;
import dev.cntr.fuse.wire.FlushIn;
import dev.cntr.fuse.wire.LockIn;
import dev.cntr.fuse.wire.LockOut;
import dev.cntr.linux.Errno;
import dev.cntr.linux.ErrnoException;
import dev.cntr.linux.OpenFlag;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Locks of flock(2) and fcntl(2), taken on the backing files, so that who uses those has to respect them, and the other way round. Each
 * {@link LockHolder} has them by an open file of its own. The kernel tells by FLUSH that a process has closed a file, which ends its
 * locks, and by RELEASE that an open file is no more.
 *
 * <p>RELEASE comes after close(2) has returned. Who asks in between for a lock that is about to go is not refused at once: it waits for a moment.
 */
final class Locks {
    private static final int O_RDWR = OpenFlag.bits(OpenFlag.O_RDWR, OpenFlag.O_NONBLOCK);
    private static final int O_RDONLY = OpenFlag.bits(OpenFlag.O_RDONLY, OpenFlag.O_NONBLOCK);
    private static final int BY_OPEN_FILE = -1;

    /** Milliseconds. */
    private static final int MOMENT = 30;

    private final Tree tree;
    private final Calls calls;
    private final Nodes nodes;

    Locks(Tree tree, Calls calls, Nodes nodes) {
        this.tree = tree;
        this.calls = calls;
        this.nodes = nodes;
    }

    private static Range range(long in) {
        return new Range(LockIn.type(in), LockIn.start(in), LockIn.end(in));
    }

    void getlk(Request request, Reply reply) {
        Inode inode = nodes.get(request);
        int fd = nodes.fd(request);
        if (inode == null || fd < 0) {
            reply.error(fd);
            return;
        }
        long in = request.body();
        int pid;
        int r;
        synchronized (inode) {
            LockHolder asking = holder(inode, LockIn.owner(in), false);
            r = find(asking, fd, range(in));
            pid = LockHolder.foundPid(calls);
            if (pid == BY_OPEN_FILE) {
                pid = pidOfOther(inode, asking);
            }
        }
        if (r < 0) {
            reply.error(r);
            return;
        }
        long out = reply.body();
        LockOut.type(out, LockHolder.foundType(calls));
        LockOut.start(out, LockHolder.foundStart(calls));
        LockOut.end(out, LockHolder.foundEnd(calls));
        LockOut.pid(out, pid);
        reply.send(LockOut.BYTES);
    }

    private int find(@Nullable LockHolder asking, int fd, Range range) {
        if (asking != null) {
            return (int) asking.find(calls, range);
        }
        int file = calls.reopen(fd, O_RDONLY);
        if (file < 0) {
            return file;
        }
        int r = (int) LockHolder.find(calls, file, range);
        calls.close(file);
        return r;
    }

    /** One of the holders inside, where it is one of them; which of several is not told apart. */
    private static int pidOfOther(Inode inode, @Nullable LockHolder asking) {
        for (LockHolder holder : holders(inode)) {
            if (holder != asking && !holder.flock) {
                return holder.pid;
            }
        }
        return BY_OPEN_FILE;
    }

    void setlk(Request request, Reply reply, boolean wait) {
        Inode inode = nodes.get(request);
        int fd = nodes.fd(request);
        if (inode == null || fd < 0) {
            reply.error(fd);
            return;
        }
        long in = request.body();
        boolean flock = (LockIn.flags(in) & LockIn.FLOCK) != 0;
        Range range = range(in);
        long r;
        int patience = 0;
        int file = Inode.NO_FD;
        synchronized (inode) {
            LockHolder holder = holder(inode, LockIn.owner(in), flock);
            if (range.type() == LockHolder.F_UNLCK) {
                r = holder == null ? 0 : unlock(inode, holder, range);
            } else {
                if (holder == null) {
                    int own = open(fd, flock);
                    if (own < 0) {
                        reply.error(Errno.ENOLCK);
                        return;
                    }
                    holder = new LockHolder(LockIn.owner(in), flock, LockIn.handle(in), LockIn.pid(in), own);
                    add(inode, holder);
                }
                r = holder.set(calls, range);
                patience = wait ? 0 : patience(inode, holder);
                if (r == Errno.EAGAIN.negative() && (wait || patience > 0)) {
                    file = holder.duplicate(calls.kernel);
                    r = file < 0 ? Errno.ENOLCK.negative() : r;
                }
            }
        }
        if (file < 0) {
            reply.error(r);
        } else {
            wait(reply, file, flock, range, patience);
        }
    }

    private void wait(Reply reply, int file, boolean flock, Range range, int patience) {
        Deferred deferred;
        try {
            deferred = reply.defer();
        } catch (ErrnoException e) {
            calls.close(file);
            reply.error(Errno.ENOLCK);
            return;
        }
        tree.lockWaits().begin(deferred, file, flock, range, patience);
    }

    /** How long a lock may be waited for by who did not want to: as long as it takes that a file that is being closed is. */
    private static int patience(Inode inode, LockHolder asking) {
        int patience = 0;
        for (LockHolder holder : holders(inode)) {
            if (holder != asking && holder.flock == asking.flock && holder.mayBeClosing) {
                holder.mayBeClosing = false;
                patience = MOMENT;
            }
        }
        return patience;
    }

    private long unlock(Inode inode, LockHolder holder, Range range) {
        if (holder.flock || range.unlocksAll()) {
            remove(inode, holder);
            return 0;
        }
        return holder.set(calls, range);
    }

    /**
     * A lock for writing takes a file that is open for writing. The caller's is, or the kernel would not ask; a program that runs cannot
     * be opened so, nor has the caller.
     */
    private int open(int fd, boolean flock) {
        int file = flock ? Inode.NO_FD : calls.reopen(fd, O_RDWR);
        return file >= 0 ? file : calls.reopen(fd, O_RDONLY);
    }

    private static List<LockHolder> holders(Inode inode) {
        List<LockHolder> holders = inode.lockHolders;
        return holders == null ? List.of() : holders;
    }

    private static @Nullable LockHolder holder(Inode inode, long owner, boolean flock) {
        for (LockHolder holder : holders(inode)) {
            if (holder.owner == owner && holder.flock == flock) {
                return holder;
            }
        }
        return null;
    }

    private static void add(Inode inode, LockHolder holder) {
        List<LockHolder> holders = inode.lockHolders;
        if (holders == null) {
            holders = new ArrayList<>(1);
            inode.lockHolders = holders;
        }
        holders.add(holder);
    }

    private void remove(Inode inode, LockHolder holder) {
        List<LockHolder> holders = inode.lockHolders;
        if (holders != null) {
            holders.remove(holder);
            if (holders.isEmpty()) {
                inode.lockHolders = null;
            }
        }
        holder.end(calls.kernel);
    }

    /** A process has closed a file: its locks of fcntl(2) go, by whichever open file it took them. */
    void flush(Request request, Reply reply) {
        Inode inode = nodes.get(request);
        if (inode != null && inode.lockHolders != null) {
            long owner = FlushIn.lockOwner(request.body());
            synchronized (inode) {
                for (LockHolder holder : List.copyOf(holders(inode))) {
                    if (!holder.flock && holder.owner == owner) {
                        remove(inode, holder);
                    } else {
                        holder.mayBeClosing = true;
                    }
                }
            }
        }
        reply.ok();
    }

    /** An open file is no more: nor are its locks. */
    void released(Inode inode, long handle) {
        if (inode.lockHolders != null && handle != 0) {
            synchronized (inode) {
                for (LockHolder holder : List.copyOf(holders(inode))) {
                    if (holder.handle == handle) {
                        remove(inode, holder);
                    }
                }
            }
        }
    }
}
