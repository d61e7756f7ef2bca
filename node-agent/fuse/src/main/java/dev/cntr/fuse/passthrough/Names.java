package dev.cntr.fuse.passthrough;

import dev.cntr.fuse.session.Reply;
import dev.cntr.fuse.session.Request;
import dev.cntr.fuse.wire.EntryOut;
import dev.cntr.fuse.wire.LinkIn;
import dev.cntr.fuse.wire.MkdirIn;
import dev.cntr.fuse.wire.MknodIn;
import dev.cntr.fuse.wire.Rename2In;
import dev.cntr.fuse.wire.RenameIn;
import dev.cntr.linux.At;
import dev.cntr.linux.Errno;
import dev.cntr.linux.Memory;
import dev.cntr.linux.Syscall;

/** Names in directories: looked up, made, linked, moved, removed. */
final class Names {
    private static final int RENAME_EXCHANGE = 2;
    private static final int RENAME_WHITEOUT = 4;

    private final Tree tree;
    private final Calls calls;
    private final Nodes nodes;
    private final Credentials credentials;
    private final Umask umask;
    private final NameChanges changes;
    private final long negativeSeconds;

    Names(Tree tree, Calls calls, Nodes nodes, Credentials credentials, Umask umask, NameChanges changes) {
        this.tree = tree;
        this.calls = calls;
        this.nodes = nodes;
        this.credentials = credentials;
        this.umask = umask;
        this.changes = changes;
        this.negativeSeconds = tree.timeouts().negative().toSeconds();
    }

    void lookup(Request request, Reply reply) {
        nodes.begin();
        Inode parent = nodes.get(request);
        if (parent == null) {
            reply.error(Errno.ESTALE);
            return;
        }
        Inode inode = nodes.lookup(parent, request.body());
        if (inode != null) {
            // a directory is looked up by all who descend
            if (parent.listedWithoutAttributes && inode.type != Modes.S_IFDIR) {
                tree.habits().lookedAtFile(request.pid());
            }
            replyEntry(inode, reply);
            return;
        }
        long seconds = nodes.error() == Errno.ENOENT.negative() ? nodes.valid(negativeSeconds) : 0;
        if (seconds > 0) {
            Memory.clear(reply.body(), EntryOut.BYTES);
            EntryOut.entryValid(reply.body(), seconds);
            reply.send(EntryOut.BYTES);
        } else {
            reply.error(nodes.error());
        }
    }

    private void replyEntry(Inode inode, Reply reply) {
        nodes.putEntry(reply.body(), inode);
        if (!reply.send(EntryOut.BYTES)) {
            tree.forget(calls, inode.nodeId, 1);
        }
    }

    /** Answers a request that made something: with the node of the name, or with the error. */
    private void replyMade(Inode parent, long name, long result, Reply reply) {
        if (result < 0) {
            reply.error(result);
            return;
        }
        Inode inode = nodes.made(parent, name);
        if (inode == null) {
            reply.error(nodes.error());
        } else {
            replyEntry(inode, reply);
        }
    }

    void mknod(Request request, Reply reply) {
        long in = request.body();
        make(
                request,
                reply,
                Syscall.MKNODAT,
                MknodIn.name(in),
                MknodIn.mode(in),
                MknodIn.umask(in),
                MknodIn.device(in));
    }

    void mkdir(Request request, Reply reply) {
        long in = request.body();
        make(request, reply, Syscall.MKDIRAT, MkdirIn.name(in), MkdirIn.mode(in), MkdirIn.umask(in), 0);
    }

    /**
     * Why a name cannot be made or removed, where that has to do with what is hidden: a hidden name is nobody's to give, and one that leads to
     * hidden ones stays what it is.
     */
    private int obstacle(Inode parent, long name) {
        if (parent.hides(name)) {
            return (int) Errno.EACCES.negative();
        }
        return nodes.hasMask(parent, name) ? (int) Errno.EBUSY.negative() : 0;
    }

    private void make(Request request, Reply reply, Syscall call, long name, int mode, int mask, int device) {
        Inode parent = nodes.get(request);
        int directory = nodes.fd(request);
        if (parent == null || directory < 0) {
            reply.error(directory);
            return;
        }
        int masked = umask.apply(directory, mode, mask);
        long r = obstacle(parent, name);
        if (r == 0) {
            r = credentials.become(request);
        }
        if (r == 0) {
            r = changes.call(parent, name, call, directory, name, masked, device & 0xffff_ffffL, 0);
            credentials.restore();
        }
        replyMade(parent, name, r, reply);
    }

    void symlink(Request request, Reply reply) {
        Inode parent = nodes.get(request);
        int directory = nodes.fd(request);
        if (parent == null || directory < 0) {
            reply.error(directory);
            return;
        }
        long name = request.body();
        long target = name + Memory.stringLength(name) + 1;
        long r = obstacle(parent, name);
        if (r == 0) {
            r = credentials.become(request);
        }
        if (r == 0) {
            r = changes.call(parent, name, Syscall.SYMLINKAT, target, directory, name, 0, 0);
            credentials.restore();
        }
        replyMade(parent, name, r, reply);
    }

    void readlink(Request request, Reply reply) {
        int fd = nodes.fd(request);
        if (fd < 0) {
            reply.error(fd);
            return;
        }
        long r = calls.kernel.call(Syscall.READLINKAT, fd, calls.empty(), reply.body(), Calls.PATH_MAX);
        if (r < 0) {
            reply.error(r);
        } else {
            reply.send((int) r);
        }
    }

    void link(Request request, Reply reply) {
        Inode parent = nodes.get(request);
        int directory = nodes.fd(request);
        if (parent == null || directory < 0) {
            reply.error(directory);
            return;
        }
        long in = request.body();
        int old = nodes.fd(LinkIn.oldNodeId(in));
        long name = LinkIn.name(in);
        long r = old < 0 ? old : obstacle(parent, name);
        if (r == 0) {
            r = changes.call(parent, name, Syscall.LINKAT, old, calls.empty(), directory, name, At.EMPTY_PATH);
        }
        replyMade(parent, name, r, reply);
    }

    void unlink(Request request, Reply reply) {
        remove(request, reply, 0);
    }

    void rmdir(Request request, Reply reply) {
        remove(request, reply, At.REMOVEDIR);
    }

    private void remove(Request request, Reply reply, int flags) {
        Inode parent = nodes.get(request);
        int directory = nodes.fd(request);
        if (parent == null || directory < 0) {
            reply.error(directory);
            return;
        }
        long name = request.body();
        int obstacle = obstacle(parent, name);
        if (obstacle < 0) {
            reply.error(obstacle);
            return;
        }
        nodes.keepWithoutName(directory, name);
        reply.error(changes.call(parent, name, Syscall.UNLINKAT, directory, name, flags, 0, 0));
    }

    void rename(Request request, Reply reply) {
        long in = request.body();
        rename(request, reply, RenameIn.newDirectory(in), RenameIn.oldName(in), 0);
    }

    void rename2(Request request, Reply reply) {
        long in = request.body();
        rename(request, reply, Rename2In.newDirectory(in), Rename2In.oldName(in), Rename2In.flags(in));
    }

    private void rename(Request request, Reply reply, long newDirectory, long oldName, int flags) {
        Inode from = nodes.get(request);
        Inode to = nodes.get(newDirectory);
        if (from == null || to == null) {
            reply.error(Errno.ESTALE);
            return;
        }
        int fromFd = nodes.fd(from);
        int toFd = nodes.fd(to);
        if (fromFd < 0 || toFd < 0) {
            reply.error(Math.min(fromFd, toFd));
            return;
        }
        long newName = oldName + Memory.stringLength(oldName) + 1;
        int obstacle = Math.min(obstacle(from, oldName), obstacle(to, newName));
        if (obstacle < 0) {
            reply.error(obstacle);
            return;
        }
        boolean exchange = (flags & RENAME_EXCHANGE) != 0;
        if (!exchange) {
            nodes.keepWithoutName(toFd, newName);
        }
        boolean creates = (flags & RENAME_WHITEOUT) != 0;
        long r = creates ? credentials.become(request) : 0;
        if (r == 0) {
            r = changes.rename(from, fromFd, oldName, to, toFd, newName, flags);
        }
        if (creates) {
            credentials.restore();
        }
        if (r == 0) {
            nodes.moved(to, toFd, newName);
            if (exchange) {
                nodes.moved(from, fromFd, oldName);
            }
        }
        reply.error(r);
    }
}
