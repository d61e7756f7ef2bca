package dev.cntr.fuse.passthrough;

import dev.cntr.fuse.session.Reply;
import dev.cntr.fuse.session.Request;
import dev.cntr.fuse.wire.CreateIn;
import dev.cntr.fuse.wire.EntryOut;
import dev.cntr.fuse.wire.OpenIn;
import dev.cntr.fuse.wire.OpenOut;
import dev.cntr.fuse.wire.OpenReply;
import dev.cntr.fuse.wire.ReleaseIn;
import dev.cntr.linux.Architecture;
import dev.cntr.linux.Errno;
import dev.cntr.linux.OpenFlag;
import dev.cntr.linux.Syscall;

/**
 * Opening, creating and closing files, and which way each goes to its data.
 *
 * <p>All opens of a file that is open go the same way, or the kernel refuses them ({@code fuse_file_io_open} in
 * {@code fs/fuse/iomode.c}). A file that may be passed through is open without a handle. One with a set-id bit that is opened for
 * writing is passed through for mmap(2) only: a write must come here, where the bit can be cleared, since the kernel would write
 * with the server's CAP_FSETID.
 */
final class OpenFiles {
    private static final int O_ACCMODE = 3;
    private static final int O_WRONLY = OpenFlag.bits(OpenFlag.O_WRONLY);
    private static final int O_RDWR = OpenFlag.bits(OpenFlag.O_RDWR);
    private static final int O_APPEND = OpenFlag.bits(OpenFlag.O_APPEND);
    private static final int O_DIRECT = OpenFlag.bits(OpenFlag.O_DIRECT);
    private static final int O_CREAT = OpenFlag.bits(OpenFlag.O_CREAT);
    private static final int O_EXCL = OpenFlag.bits(OpenFlag.O_EXCL);
    private static final int O_TRUNC = OpenFlag.bits(OpenFlag.O_TRUNC);
    private static final int O_NOFOLLOW = OpenFlag.bits(OpenFlag.O_NOFOLLOW);
    private static final int O_CLOEXEC = OpenFlag.bits(OpenFlag.O_CLOEXEC);
    private static final int O_TMPFILE = 0x400000 | OpenFlag.O_DIRECTORY.bits(Architecture.current());

    private final Tree tree;
    private final Calls calls;
    private final Nodes nodes;
    private final Credentials credentials;
    private final Umask umask;
    private final NameChanges changes;
    private final BackingFiles backing;
    private final Locks locks;

    OpenFiles(
            Tree tree,
            Calls calls,
            Nodes nodes,
            Credentials credentials,
            Umask umask,
            NameChanges changes,
            Locks locks) {
        this.tree = tree;
        this.calls = calls;
        this.nodes = nodes;
        this.credentials = credentials;
        this.umask = umask;
        this.changes = changes;
        this.backing = new BackingFiles(tree, calls, credentials);
        this.locks = locks;
    }

    void open(Request request, Reply reply) {
        Inode inode = nodes.get(request);
        int fd = nodes.fd(request);
        if (inode == null || fd < 0) {
            reply.error(fd);
            return;
        }
        int flags = OpenIn.flags(request.body());
        int file = Inode.NO_FD;
        if ((flags & O_ACCMODE) != 0 || (flags & O_TRUNC) != 0) {
            // for real, even if only the kernel is going to write: so that ETXTBSY, EROFS and EPERM are found out
            file = openForWriting(fd, flags, OpenIn.openFlags(request.body()));
            if (file < 0) {
                reply.error(file);
                return;
            }
        }
        replyOpen(inode, fd, file, flags, reply, 0);
    }

    private int openForWriting(int fd, int flags, int openFlags) {
        boolean kill = (flags & O_TRUNC) != 0 && (openFlags & OpenIn.KILL_SUIDGID) != 0;
        if (kill) {
            credentials.dropFsetid();
        }
        int file = calls.reopen(fd, own(flags) & ~(O_CREAT | O_EXCL | O_NOFOLLOW));
        if (kill) {
            credentials.restoreFsetid();
        }
        return file;
    }

    /**
     * The flags with which the server opens what a caller opens. Where the kernel holds back writes, it reads what is missing of a page for a caller
     * who may only write; it knows itself where the end of the file is; and it writes parts of pages by whichever descriptor there is.
     */
    private int own(int flags) {
        if (!tree.dataPath().holdsBackWrites()) {
            return flags;
        }
        int both = (flags & O_ACCMODE) == O_WRONLY ? flags & ~O_ACCMODE | O_RDWR : flags;
        return both & ~(O_APPEND | O_DIRECT);
    }

    void create(Request request, Reply reply) {
        Inode parent = nodes.get(request);
        int directory = nodes.fd(request);
        if (parent == null || directory < 0) {
            reply.error(directory);
            return;
        }
        long in = request.body();
        if (parent.hides(CreateIn.name(in))) {
            reply.error(Errno.EACCES);
            return;
        }
        int flags = CreateIn.flags(in);
        int mode = umask.apply(directory, CreateIn.mode(in), CreateIn.umask(in));
        int file = create(request, parent, directory, CreateIn.name(in), flags, mode);
        if (file < 0) {
            reply.error(file);
            return;
        }
        calls.stat(file);
        replyCreated(nodes.reference(parent, CreateIn.name(in)), file, flags, reply);
    }

    /**
     * The kernel has found no such name and so has checked the right to create, not that to open. Where somebody else makes the
     * file in between, it is opened with the caller's rights only.
     */
    private int create(Request request, Inode parent, int directory, long name, int flags, int mode) {
        int exclusive = own(flags) & ~O_TRUNC | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
        int r = credentials.become(request);
        if (r < 0) {
            return r;
        }
        r = (int) changes.call(parent, name, Syscall.OPENAT, directory, name, exclusive, mode, 0);
        credentials.restore();
        if (r == Errno.EEXIST.negative() && (flags & O_EXCL) == 0) {
            credentials.becomeStrictly(request);
            int existing = own(flags) & ~O_CREAT | O_NOFOLLOW | O_CLOEXEC;
            r = (int) calls.kernel.call(Syscall.OPENAT, directory, name, existing);
            credentials.restore();
        }
        return r;
    }

    void tmpfile(Request request, Reply reply) {
        int directory = nodes.fd(request);
        if (directory < 0) {
            reply.error(directory);
            return;
        }
        long in = request.body();
        int flags = CreateIn.flags(in);
        int mode = umask.apply(directory, CreateIn.mode(in), CreateIn.umask(in));
        int r = credentials.become(request);
        if (r == 0) {
            int unnamed = own(flags) & ~(O_CREAT | O_NOFOLLOW) | O_TMPFILE | O_CLOEXEC;
            r = (int) calls.kernel.call(Syscall.OPENAT, directory, calls.dot(), unnamed, mode);
            credentials.restore();
        }
        if (r < 0) {
            reply.error(r);
            return;
        }
        calls.stat(r);
        replyCreated(nodes.referenceNameless(), r, flags, reply);
    }

    /** Answers with the entry of a new file, whose attributes have been stated, and its handle. */
    private void replyCreated(Inode inode, int file, int flags, Reply reply) {
        nodes.putEntry(reply.body(), inode);
        int r = nodes.adopt(inode, file);
        if (r < 0) {
            calls.close(file);
            tree.forget(calls, inode.nodeId, 1);
            reply.error(r);
            return;
        }
        if (!replyOpen(inode, inode.fd, file, flags, reply, EntryOut.BYTES)) {
            tree.forget(calls, inode.nodeId, 1);
        }
    }

    /**
     * Answers an open.
     *
     * @param file the file, opened for real, or -1 where it has only been opened for reading
     * @param before how many bytes of the reply have been written already
     */
    private boolean replyOpen(Inode inode, int fd, int file, int flags, Reply reply, int before) {
        long handle = 0;
        int answer;
        int id;
        synchronized (inode) {
            id = backing.idFor(inode, fd, file);
            boolean writes = (flags & O_ACCMODE) != 0;
            boolean throughServer = id <= 0 || writes && isSetId(file);
            if (throughServer) {
                int data = file >= 0 ? file : calls.reopen(fd, own(flags) & ~O_NOFOLLOW);
                if (data < 0) {
                    reply.error(data);
                    return false;
                }
                handle = tree.handles().add(data);
            } else {
                handle = tree.sharesLocks() ? tree.handles().addWithoutFile() : 0;
                if (file >= 0) {
                    calls.close(file);
                }
            }
            answer = answer(id > 0, throughServer, writes);
            inode.opens++;
            inode.writers += writes ? 1 : 0;
        }
        tree.dataPath().opened(id > 0);
        long out = reply.body() + before;
        OpenOut.handle(out, handle);
        OpenOut.openFlags(out, answer);
        OpenOut.backingId(out, Math.max(id, 0));
        if (!reply.send(before + OpenOut.BYTES)) {
            released(inode, handle, flags);
            return false;
        }
        return true;
    }

    private int answer(boolean backing, boolean throughServer, boolean writes) {
        int flushes = tree.sharesLocks() ? 0 : OpenReply.NOFLUSH;
        if (backing) {
            return OpenReply.PASSTHROUGH | (throughServer ? OpenReply.DIRECT_IO : flushes);
        }
        return OpenReply.KEEP_CACHE | (writes ? 0 : flushes);
    }

    private boolean isSetId(int file) {
        return calls.stat(file) == 0 && (calls.stat().mode() & (Modes.S_ISUID | Modes.S_ISGID)) != 0;
    }

    void release(Request request, Reply reply) {
        Inode inode = nodes.get(request);
        long handle = ReleaseIn.handle(request.body());
        if (inode != null) {
            released(inode, handle, ReleaseIn.flags(request.body()));
        }
        reply.ok();
    }

    private void released(Inode inode, long handle, int flags) {
        if (handle != 0) {
            int fd = tree.handles().remove(handle);
            if (fd >= 0) {
                calls.close(fd);
            }
            locks.released(inode, handle);
        }
        synchronized (inode) {
            inode.opens--;
            inode.writers -= (flags & O_ACCMODE) != 0 ? 1 : 0;
            if (inode.opens == 0 && inode.backingId == Inode.CACHED) {
                inode.backingId = 0;
            }
        }
    }
}
