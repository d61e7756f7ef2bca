package dev.cntr.fuse.passthrough;

import dev.cntr.fuse.session.Reply;
import dev.cntr.fuse.session.Request;
import dev.cntr.fuse.wire.CopyFileRangeIn;
import dev.cntr.fuse.wire.CopyFileRangeOut;
import dev.cntr.fuse.wire.FallocateIn;
import dev.cntr.fuse.wire.FsyncIn;
import dev.cntr.fuse.wire.LseekIn;
import dev.cntr.fuse.wire.LseekOut;
import dev.cntr.fuse.wire.ReadIn;
import dev.cntr.fuse.wire.WriteIn;
import dev.cntr.fuse.wire.WriteOut;
import dev.cntr.linux.Memory;
import dev.cntr.linux.OpenFlag;
import dev.cntr.linux.Syscall;

/** The contents of files. A request without a handle is of a file that is passed through: it is opened for the one call. */
final class FileData {
    private static final int READ = OpenFlag.bits(OpenFlag.O_RDONLY, OpenFlag.O_NONBLOCK);
    private static final int WRITE = OpenFlag.bits(OpenFlag.O_WRONLY, OpenFlag.O_NONBLOCK);

    /** Copied at a time: between two slices it is seen that the caller is gone. */
    private static final long SLICE = 64L << 20;

    private final Tree tree;
    private final Calls calls;
    private final Nodes nodes;
    private final Credentials credentials;

    FileData(Tree tree, Calls calls, Nodes nodes, Credentials credentials) {
        this.tree = tree;
        this.calls = calls;
        this.nodes = nodes;
        this.credentials = credentials;
    }

    /** The descriptor of a handle, or the node opened anew; then {@link #done} closes it. */
    private int file(long nodeId, long handle, int flags) {
        int open = tree.handles().fd(handle);
        if (open >= 0) {
            return open;
        }
        int fd = nodes.fd(nodeId);
        return fd < 0 ? fd : calls.reopen(fd, flags);
    }

    private void done(long handle, int file) {
        if (file >= 0 && tree.handles().fd(handle) != file) {
            calls.close(file);
        }
    }

    void read(Request request, Reply reply) {
        long in = request.body();
        long handle = ReadIn.handle(in);
        int file = file(request.nodeId(), handle, READ);
        if (file < 0) {
            reply.error(file);
            return;
        }
        int size = Math.min(ReadIn.size(in), reply.capacity());
        long r = calls.kernel.call(Syscall.PREAD64, file, reply.body(), size, ReadIn.offset(in));
        done(handle, file);
        if (r < 0) {
            reply.error(r);
        } else {
            reply.send((int) r);
        }
    }

    void write(Request request, Reply reply) {
        long in = request.body();
        long handle = WriteIn.handle(in);
        int file = file(request.nodeId(), handle, WRITE);
        if (file < 0) {
            reply.error(file);
            return;
        }
        boolean kill = (WriteIn.writeFlags(in) & WriteIn.KILL_SUIDGID) != 0;
        if (kill) {
            credentials.dropFsetid();
        }
        long r = calls.kernel.call(Syscall.PWRITE64, file, WriteIn.data(in), WriteIn.size(in), WriteIn.offset(in));
        if (kill) {
            credentials.restoreFsetid();
        }
        done(handle, file);
        if (r < 0) {
            reply.error(r);
        } else {
            WriteOut.size(reply.body(), (int) r);
            WriteOut.padding(reply.body(), 0);
            reply.send(WriteOut.BYTES);
        }
    }

    void fsync(Request request, Reply reply) {
        long in = request.body();
        long handle = FsyncIn.handle(in);
        int file = file(request.nodeId(), handle, READ);
        if (file < 0) {
            reply.error(file);
            return;
        }
        boolean dataOnly = (FsyncIn.flags(in) & FsyncIn.DATA_ONLY) != 0;
        long r = calls.kernel.call(dataOnly ? Syscall.FDATASYNC : Syscall.FSYNC, file);
        done(handle, file);
        reply.error(r);
    }

    void fallocate(Request request, Reply reply) {
        long in = request.body();
        long handle = FallocateIn.handle(in);
        int file = file(request.nodeId(), handle, WRITE);
        if (file < 0) {
            reply.error(file);
            return;
        }
        long r = calls.kernel.call(
                Syscall.FALLOCATE, file, FallocateIn.mode(in), FallocateIn.offset(in), FallocateIn.length(in));
        done(handle, file);
        reply.error(r);
    }

    void lseek(Request request, Reply reply) {
        long in = request.body();
        long handle = LseekIn.handle(in);
        int file = file(request.nodeId(), handle, READ);
        if (file < 0) {
            reply.error(file);
            return;
        }
        long r = calls.kernel.call(Syscall.LSEEK, file, LseekIn.offset(in), LseekIn.whence(in));
        done(handle, file);
        if (r < 0) {
            reply.error(r);
        } else {
            LseekOut.offset(reply.body(), r);
            reply.send(LseekOut.BYTES);
        }
    }

    void copyFileRange(Request request, Reply reply) {
        long r = copy(request);
        if (r < 0) {
            reply.error(r);
        } else {
            WriteOut.size(reply.body(), (int) r);
            WriteOut.padding(reply.body(), 0);
            reply.send(WriteOut.BYTES);
        }
    }

    void copyFileRange64(Request request, Reply reply) {
        long r = copy(request);
        if (r < 0) {
            reply.error(r);
        } else {
            CopyFileRangeOut.bytesCopied(reply.body(), r);
            reply.send(CopyFileRangeOut.BYTES);
        }
    }

    private long copy(Request request) {
        long in = request.body();
        int from = file(request.nodeId(), CopyFileRangeIn.handleIn(in), READ);
        if (from < 0) {
            return from;
        }
        int to = file(CopyFileRangeIn.nodeIdOut(in), CopyFileRangeIn.handleOut(in), WRITE);
        long r = to < 0 ? to : copy(request, from, to);
        done(CopyFileRangeIn.handleIn(in), from);
        done(CopyFileRangeIn.handleOut(in), to);
        return r;
    }

    private long copy(Request request, int from, int to) {
        long in = request.body();
        long offsetIn = calls.scratch();
        long offsetOut = offsetIn + 8;
        Memory.putLong(offsetIn, CopyFileRangeIn.offsetIn(in));
        Memory.putLong(offsetOut, CopyFileRangeIn.offsetOut(in));
        long left = CopyFileRangeIn.length(in);
        long flags = CopyFileRangeIn.flags(in);
        long copied = 0;
        while (left > 0 && !(copied > 0 && request.interrupted())) {
            long r = calls.kernel.call(
                    Syscall.COPY_FILE_RANGE, from, offsetIn, to, offsetOut, Math.min(left, SLICE), flags);
            if (r <= 0) {
                return copied > 0 ? copied : r;
            }
            copied += r;
            left -= r;
        }
        return copied;
    }
}
