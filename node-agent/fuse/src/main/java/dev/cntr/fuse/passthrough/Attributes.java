package dev.cntr.fuse.passthrough;

import dev.cntr.fuse.session.Reply;
import dev.cntr.fuse.session.Request;
import dev.cntr.fuse.wire.AttrOut;
import dev.cntr.fuse.wire.SetattrIn;
import dev.cntr.fuse.wire.StatfsOut;
import dev.cntr.fuse.wire.StatxIn;
import dev.cntr.fuse.wire.StatxOut;
import dev.cntr.linux.At;
import dev.cntr.linux.Errno;
import dev.cntr.linux.Memory;
import dev.cntr.linux.OpenFlag;
import dev.cntr.linux.Syscall;

/** What stat(2), chmod(2), chown(2), truncate(2), utimensat(2) and statfs(2) read and change. */
final class Attributes {
    private static final long UTIME_NOW = 0x3fffffff;
    private static final long UTIME_OMIT = 0x3ffffffe;
    private static final int STATX_SIZE = 256;
    private static final int WRITE = OpenFlag.bits(OpenFlag.O_WRONLY, OpenFlag.O_NONBLOCK);

    private final Tree tree;
    private final Calls calls;
    private final Nodes nodes;
    private final Credentials credentials;

    Attributes(Tree tree, Calls calls, Nodes nodes, Credentials credentials) {
        this.tree = tree;
        this.calls = calls;
        this.nodes = nodes;
        this.credentials = credentials;
    }

    void getattr(Request request, Reply reply) {
        nodes.begin();
        Inode inode = nodes.get(request);
        if (inode == null) {
            reply.error(Errno.ESTALE);
            return;
        }
        replyAttributes(inode, reply);
    }

    private void replyAttributes(Inode inode, Reply reply) {
        int r = nodes.stat(inode);
        if (r < 0) {
            reply.error(r);
            return;
        }
        nodes.putAttributes(reply.body(), inode);
        reply.send(AttrOut.BYTES);
    }

    /** STATX: asked where fuse_attr does not do, for the birth time. */
    void statx(Request request, Reply reply) {
        nodes.begin();
        Inode inode = nodes.get(request);
        int fd = nodes.fd(request);
        if (inode == null || fd < 0) {
            reply.error(fd);
            return;
        }
        long in = request.body();
        long buffer = calls.scratch();
        Memory.clear(buffer, STATX_SIZE);
        long r = calls.kernel.call(
                Syscall.STATX, fd, calls.empty(), StatxIn.flags(in) | At.EMPTY_PATH, StatxIn.mask(in), buffer);
        if (r < 0) {
            reply.error(r);
            return;
        }
        long out = reply.body();
        StatxOut.clear(out);
        StatxOut.attrValid(out, nodes.attrValid(inode));
        Memory.copy(buffer, StatxOut.stat(out), StatxOut.STAT_SIZE);
        reply.send(StatxOut.BYTES);
    }

    void setattr(Request request, Reply reply) {
        nodes.begin();
        Inode inode = nodes.get(request);
        int fd = nodes.fd(request);
        if (inode == null || fd < 0) {
            reply.error(fd);
            return;
        }
        long in = request.body();
        int valid = SetattrIn.valid(in);
        long r = 0;
        if (has(valid, SetattrIn.FATTR_MODE)) {
            r = calls.kernel.call(Syscall.FCHMODAT, At.FDCWD, calls.path(fd), SetattrIn.mode(in) & Modes.PERMISSIONS);
        }
        if (r >= 0
                && (has(valid, SetattrIn.FATTR_UID | SetattrIn.FATTR_GID)
                        || (valid & ~SetattrIn.FATTR_CTIME) == 0 && inode.isWritten())) {
            r = chown(fd, valid, in);
        }
        if (r >= 0 && has(valid, SetattrIn.FATTR_SIZE)) {
            r = truncate(fd, valid, in);
        }
        if (r >= 0 && has(valid, SetattrIn.FATTR_ATIME | SetattrIn.FATTR_MTIME)) {
            r = setTimes(fd, valid, in);
        }
        if (r < 0) {
            reply.error(r);
        } else {
            replyAttributes(inode, reply);
        }
    }

    private static boolean has(int valid, int any) {
        return (valid & any) != 0;
    }

    /**
     * By changing neither, what a request without anything to change stands for: before fallocate(2) and copy_file_range(2) the kernel wants
     * set-id bits and file capabilities gone. It asks the same at chown(2) of neither, without a check of who may: so it is done for files
     * that are being written only.
     */
    private long chown(int fd, int valid, long in) {
        long uid = has(valid, SetattrIn.FATTR_UID) ? SetattrIn.uid(in) : -1;
        long gid = has(valid, SetattrIn.FATTR_GID) ? SetattrIn.gid(in) : -1;
        return calls.kernel.call(Syscall.FCHOWNAT, fd, calls.empty(), uid, gid, At.EMPTY_PATH);
    }

    /** ftruncate(2) sets the time of change where truncate(2), to the size that the file has, does not. */
    private long truncate(int fd, int valid, long in) {
        boolean byFile = has(valid, SetattrIn.FATTR_FH);
        int handle = byFile ? tree.handles().fd(SetattrIn.handle(in)) : Inode.NO_FD;
        int open = byFile && handle < 0 ? calls.reopen(fd, WRITE) : handle;
        if (byFile && open < 0) {
            return open;
        }
        boolean kill = has(valid, SetattrIn.FATTR_KILL_SUIDGID);
        if (kill) {
            credentials.dropFsetid();
        }
        long size = SetattrIn.size(in);
        long r = open >= 0
                ? calls.kernel.call(Syscall.FTRUNCATE, open, size)
                : calls.kernel.call(Syscall.TRUNCATE, calls.path(fd), size);
        if (kill) {
            credentials.restoreFsetid();
        }
        if (open != handle) {
            calls.close(open);
        }
        return r;
    }

    private long setTimes(int fd, int valid, long in) {
        long times = calls.scratch();
        putTime(
                times,
                has(valid, SetattrIn.FATTR_ATIME),
                has(valid, SetattrIn.FATTR_ATIME_NOW),
                SetattrIn.atime(in),
                SetattrIn.atimeNanos(in));
        putTime(
                times + 16,
                has(valid, SetattrIn.FATTR_MTIME),
                has(valid, SetattrIn.FATTR_MTIME_NOW),
                SetattrIn.mtime(in),
                SetattrIn.mtimeNanos(in));
        return calls.kernel.call(Syscall.UTIMENSAT, At.FDCWD, calls.path(fd), times, 0);
    }

    private static void putTime(long at, boolean set, boolean now, long seconds, int nanos) {
        Memory.putLong(at, seconds);
        Memory.putLong(at + 8, set ? now ? UTIME_NOW : nanos & 0xffff_ffffL : UTIME_OMIT);
    }

    /** {@code struct statfs} of 64-bit machines, {@code uapi/asm-generic/statfs.h}, to {@code fuse_kstatfs}. */
    void statfs(Request request, Reply reply) {
        int fd = nodes.fd(request);
        if (fd < 0) {
            reply.error(fd);
            return;
        }
        long st = calls.scratch();
        long r = calls.kernel.call(Syscall.FSTATFS, fd, st);
        if (r < 0) {
            reply.error(r);
            return;
        }
        long out = reply.body();
        StatfsOut.clear(out);
        StatfsOut.blockSize(out, (int) Memory.getLong(st + 8));
        StatfsOut.blocks(out, Memory.getLong(st + 16));
        StatfsOut.blocksFree(out, Memory.getLong(st + 24));
        StatfsOut.blocksAvailable(out, Memory.getLong(st + 32));
        StatfsOut.files(out, Memory.getLong(st + 40));
        StatfsOut.filesFree(out, Memory.getLong(st + 48));
        StatfsOut.nameLength(out, (int) Memory.getLong(st + 64));
        StatfsOut.fragmentSize(out, (int) Memory.getLong(st + 72));
        reply.send(StatfsOut.BYTES);
    }

    /** FUSE_SYNCFS: what has been written reaches the backing store. */
    void syncfs(Request request, Reply reply) {
        int fd = nodes.fd(request);
        int open = fd < 0 ? fd : calls.openDirectory(fd);
        if (open < 0) {
            reply.error(open);
            return;
        }
        long r = calls.kernel.call(Syscall.SYNCFS, open);
        calls.close(open);
        reply.error(r);
    }
}
