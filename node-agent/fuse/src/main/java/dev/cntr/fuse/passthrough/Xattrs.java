package dev.cntr.fuse.passthrough;

import dev.cntr.fuse.session.Reply;
import dev.cntr.fuse.session.Request;
import dev.cntr.fuse.wire.GetxattrIn;
import dev.cntr.fuse.wire.GetxattrOut;
import dev.cntr.fuse.wire.SetxattrIn;
import dev.cntr.linux.At;
import dev.cntr.linux.Errno;
import dev.cntr.linux.Memory;
import dev.cntr.linux.Syscall;

/**
 * Extended attributes, xattr(7), and with them ACLs and file capabilities. Where a tree that does not change has none at all, the answer
 * is ENOSYS: then the kernel itself answers EOPNOTSUPP from there on, as on a file system without them.
 */
final class Xattrs {
    private final Tree tree;
    private final Calls calls;
    private final Nodes nodes;

    Xattrs(Tree tree, Calls calls, Nodes nodes) {
        this.tree = tree;
        this.calls = calls;
        this.nodes = nodes;
    }

    void getxattr(Request request, Reply reply) {
        if (tree.hasNoXattrs()) {
            reply.error(Errno.ENOSYS);
            return;
        }
        int fd = nodes.fd(request);
        if (fd < 0) {
            reply.error(fd);
            return;
        }
        long in = request.body();
        int size = Math.min(GetxattrIn.size(in), reply.capacity());
        long r = calls.kernel.call(Syscall.GETXATTR, calls.path(fd), GetxattrIn.name(in), reply.body(), size);
        answer(r, size, reply);
    }

    void listxattr(Request request, Reply reply) {
        if (tree.hasNoXattrs()) {
            reply.error(Errno.ENOSYS);
            return;
        }
        int fd = nodes.fd(request);
        if (fd < 0) {
            reply.error(fd);
            return;
        }
        int size = Math.min(GetxattrIn.size(request.body()), reply.capacity());
        long r = calls.kernel.call(Syscall.LISTXATTR, calls.path(fd), reply.body(), size);
        answer(r, size, reply);
    }

    private static void answer(long r, int size, Reply reply) {
        if (r < 0) {
            reply.error(r);
        } else if (size == 0) {
            GetxattrOut.size(reply.body(), (int) r);
            GetxattrOut.padding(reply.body(), 0);
            reply.send(GetxattrOut.BYTES);
        } else {
            reply.send((int) r);
        }
    }

    void setxattr(Request request, Reply reply) {
        int fd = nodes.fd(request);
        if (fd < 0) {
            reply.error(fd);
            return;
        }
        long in = request.body();
        long name = SetxattrIn.name(in);
        long value = name + Memory.stringLength(name) + 1;
        long r = calls.kernel.call(
                Syscall.SETXATTR, calls.path(fd), name, value, SetxattrIn.size(in), SetxattrIn.flags(in));
        if (r == 0 && (SetxattrIn.setxattrFlags(in) & SetxattrIn.ACL_KILL_SGID) != 0) {
            r = clearSetGid(fd);
        }
        reply.error(r);
    }

    /** A caller outside the file's group who sets its ACL loses its set-gid bit, as with chmod(2). */
    private long clearSetGid(int fd) {
        int r = calls.stat(fd);
        int mode = calls.stat().mode();
        if (r < 0 || (mode & Modes.S_ISGID) == 0) {
            return r;
        }
        return calls.kernel.call(Syscall.FCHMODAT, At.FDCWD, calls.path(fd), mode & Modes.PERMISSIONS & ~Modes.S_ISGID);
    }

    void removexattr(Request request, Reply reply) {
        int fd = nodes.fd(request);
        reply.error(fd < 0 ? fd : calls.kernel.call(Syscall.REMOVEXATTR, calls.path(fd), request.body()));
    }
}
