package dev.cntr.fuse.passthrough;

import dev.cntr.fuse.session.Pages;
import dev.cntr.fuse.session.Reply;
import dev.cntr.fuse.session.Request;
import dev.cntr.fuse.wire.Dirent;
import dev.cntr.fuse.wire.EntryOut;
import dev.cntr.fuse.wire.FsyncIn;
import dev.cntr.fuse.wire.OpenOut;
import dev.cntr.fuse.wire.ReadIn;
import dev.cntr.fuse.wire.ReleaseIn;
import dev.cntr.linux.Errno;
import dev.cntr.linux.Memory;
import dev.cntr.linux.Syscall;

/**
 * Listing directories. No entries are kept between two requests: only as many are read as are sure to fit, and where the next
 * are is the descriptor's own position.
 */
final class Directories implements AutoCloseable {
    private static final long UNKNOWN = -1;
    private static final int BUFFER = 32 << 10;
    private static final int SEEK_SET = 0;

    /** {@code struct linux_dirent64}, getdents(2). */
    private static final int D_INO = 0;

    private static final int D_OFF = 8;
    private static final int D_RECLEN = 16;
    private static final int D_TYPE = 18;
    private static final int D_NAME = 19;

    /** The longest entry that getdents(2) gives. */
    private static final int LONGEST = (D_NAME + 256 + 7) & ~7;

    private final Tree tree;
    private final Calls calls;
    private final Nodes nodes;
    private final Pages entries = Pages.allocate(BUFFER);

    Directories(Tree tree, Calls calls, Nodes nodes) {
        this.tree = tree;
        this.calls = calls;
        this.nodes = nodes;
    }

    void opendir(Request request, Reply reply) {
        if (tree.statelessDirectories()) {
            reply.error(Errno.ENOSYS);
            return;
        }
        int fd = nodes.fd(request);
        int open = fd < 0 ? fd : calls.openDirectory(fd);
        if (open < 0) {
            reply.error(open);
            return;
        }
        long handle = tree.handles().add(open);
        OpenOut.handle(reply.body(), handle);
        OpenOut.openFlags(reply.body(), 0);
        OpenOut.backingId(reply.body(), 0);
        if (!reply.send(OpenOut.BYTES)) {
            close(handle);
        }
    }

    void releasedir(Request request, Reply reply) {
        close(ReleaseIn.handle(request.body()));
        reply.ok();
    }

    private void close(long handle) {
        int fd = tree.handles().remove(handle);
        if (fd >= 0) {
            calls.close(fd);
        }
    }

    void fsyncdir(Request request, Reply reply) {
        int fd = nodes.fd(request);
        int open = fd < 0 ? fd : calls.openDirectory(fd);
        if (open < 0) {
            reply.error(open);
            return;
        }
        boolean dataOnly = (FsyncIn.flags(request.body()) & FsyncIn.DATA_ONLY) != 0;
        long r = calls.kernel.call(dataOnly ? Syscall.FDATASYNC : Syscall.FSYNC, open);
        calls.close(open);
        reply.error(r);
    }

    void readdir(Request request, Reply reply, boolean plus) {
        Inode inode = nodes.get(request);
        int directory = nodes.fd(request);
        if (inode == null || directory < 0) {
            reply.error(directory);
            return;
        }
        long handle = ReadIn.handle(request.body());
        // two listings of a node may share a handle; those of an open directory take turns in the kernel
        synchronized (inode) {
            if (handle == 0) {
                handle = listing(inode, directory);
            }
            int fd = handle < 0 ? (int) handle : tree.handles().fd(handle);
            if (fd < 0) {
                reply.error(handle < 0 ? handle : Errno.EBADF.negative());
                return;
            }
            list(inode, handle, fd, request.body(), reply, plus);
        }
    }

    /** The handle of a listing without OPENDIR: opened by its first request, closed at the end of the directory. */
    private long listing(Inode inode, int directory) {
        if (inode.listing == 0) {
            int open = calls.openDirectory(directory);
            if (open < 0) {
                return open;
            }
            inode.listing = tree.handles().add(open);
        }
        return inode.listing;
    }

    private void list(Inode directory, long handle, int fd, long in, Reply reply, boolean plus) {
        long offset = ReadIn.offset(in);
        if (offset != tree.handles().position(handle)) {
            calls.kernel.call(Syscall.LSEEK, fd, offset, SEEK_SET);
        }
        long start = reply.body();
        long end = start + Math.min(ReadIn.size(in), reply.capacity());
        long out = start;
        long read = 0;
        while (out >= start) {
            long room = fitting(end - out, plus);
            if (room < LONGEST && out > start) {
                break;
            }
            read = calls.kernel.call(Syscall.GETDENTS64, fd, entries.address(), Math.clamp(room, LONGEST, BUFFER));
            if (read <= 0) {
                break;
            }
            long behind = put(directory, handle, entries.address() + read, out, end, plus);
            if (behind == out && tree.handles().position(handle) == UNKNOWN) {
                break;
            }
            out = behind;
        }
        if (out > start) {
            reply.send((int) (out - start));
        } else {
            finished(directory, handle);
            reply.error(Math.min(read, 0));
        }
    }

    /** How many bytes of the kernel's entries are sure to fit: a one-letter name takes 24 bytes there, and 32 or 160 here. */
    private static long fitting(long bytes, boolean plus) {
        return plus ? bytes * 24 / 160 : bytes * 24 / 32;
    }

    /** Writes the entries that have been read, and gives the end of what was written. */
    private long put(Inode directory, long handle, long entriesEnd, long start, long end, boolean plus) {
        long out = start;
        for (long e = entries.address(); e < entriesEnd; e += Memory.getShort(e + D_RECLEN)) {
            long name = e + D_NAME;
            if (directory.hides(name)) {
                tree.handles().position(handle, Memory.getLong(e + D_OFF));
                continue;
            }
            int length = (int) Memory.stringLength(name);
            int size = plus ? Dirent.sizePlus(length) : Dirent.size(length);
            if (out + size > end) {
                tree.handles().position(handle, UNKNOWN);
                return out;
            }
            long dirent = out;
            if (plus) {
                putEntry(directory, name, length, out);
                dirent += EntryOut.BYTES;
            }
            long next = Memory.getLong(e + D_OFF);
            Dirent.put(dirent, Memory.getLong(e + D_INO), next, Memory.getByte(e + D_TYPE), name, length);
            tree.handles().position(handle, next);
            out += size;
        }
        return out;
    }

    /** What a lookup of the name would give; zeros where the kernel is to look it up itself, and for {@code .} and {@code ..}. */
    private void putEntry(Inode directory, long name, int length, long out) {
        Inode inode = isDots(name, length) ? null : nodes.lookup(directory, name);
        if (inode == null) {
            Memory.clear(out, EntryOut.BYTES);
        } else {
            nodes.putEntry(out, inode);
        }
    }

    private static boolean isDots(long name, int length) {
        return length <= 2 && Memory.getByte(name) == '.' && Memory.getByte(name + length - 1) == '.';
    }

    private void finished(Inode directory, long handle) {
        if (directory.listing == handle) {
            directory.listing = 0;
            close(handle);
        }
    }

    @Override
    public void close() {
        entries.close();
    }
}
