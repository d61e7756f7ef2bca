package dev.cntr.fuse.passthrough;

import dev.cntr.fuse.session.Notifier;
import dev.cntr.fuse.session.Pages;
import dev.cntr.fuse.session.Reply;
import dev.cntr.fuse.session.Request;
import dev.cntr.fuse.wire.Dirent;
import dev.cntr.fuse.wire.EntryOut;
import dev.cntr.fuse.wire.FsyncIn;
import dev.cntr.fuse.wire.ReadIn;
import dev.cntr.linux.Errno;
import dev.cntr.linux.Memory;
import dev.cntr.linux.Syscall;

/**
 * Listing directories, without messages to open and to close one. The kernel keeps a listing, and goes by it as long as the directory's time of change is the
 * same; where two changes can have one time, a listing that has come to its end is taken from it again. No entries are kept between two requests: only as many are read as are sure to fit, and where the next
 * are is the descriptor's own position.
 *
 * <p>READDIRPLUS gives attributes with the names. To callers who have not shown that they want those of files
 * ({@link ListingHabits}), it gives the directories' only: they are what a caller needs to descend.
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

    private static final int DT_UNKNOWN = 0;
    private static final int DT_DIR = 4;

    /** The longest entry that getdents(2) gives. */
    private static final int LONGEST = (D_NAME + 256 + 7) & ~7;

    /** With which entries attributes are given. */
    private enum Attributes {
        NONE,
        OF_DIRECTORIES,
        ALL
    }

    private final Tree tree;
    private final Calls calls;
    private final Nodes nodes;
    private final Pages entries = Pages.allocate(BUFFER);

    /** Where the descriptor stands that is being read, for {@link #list} and whoever calls it. */
    private long position;

    Directories(Tree tree, Calls calls, Nodes nodes) {
        this.tree = tree;
        this.calls = calls;
        this.nodes = nodes;
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
        nodes.begin();
        Inode inode = nodes.get(request);
        if (inode == null) {
            reply.error(Errno.ESTALE);
            return;
        }
        long r = list(inode, request, reply, attributes(request, plus));
        // with no lock held: the caller's next request may already be with another thread before this returns
        if (r > 0) {
            reply.send((int) r);
        } else {
            reply.error(r);
        }
    }

    private Attributes attributes(Request request, boolean plus) {
        if (!plus) {
            return Attributes.NONE;
        }
        return tree.habits().looksAtFiles(request.pid()) ? Attributes.ALL : Attributes.OF_DIRECTORIES;
    }

    /** By the node's own descriptor, which several listings may share. */
    private long list(Inode inode, Request request, Reply reply, Attributes attributes) {
        while (true) {
            int fd = nodes.listableFd(inode);
            if (fd < 0) {
                return fd;
            }
            synchronized (inode) {
                // else it has been evicted since
                if (inode.fd == fd) {
                    position = inode.position;
                    long r = list(inode, fd, request.body(), reply, attributes);
                    inode.position = position;
                    if (r == 0 && !tree.keepsListing(calls, inode, fd)) {
                        Notifier.dropPages(tree.session().device(), calls.kernel, calls.scratch(), request.nodeId());
                    }
                    return r;
                }
            }
        }
    }

    /** Gives how many bytes have been written to the reply, 0 at the end of the directory, or the negative errno. */
    private long list(Inode directory, int fd, long in, Reply reply, Attributes attributes) {
        long offset = ReadIn.offset(in);
        if (offset == 0) {
            tree.watch().watch(calls, directory, fd);
        }
        // at 0 always: tmpfs goes on to what there was when the descriptor was opened, or set to 0
        if (offset != position || offset == 0) {
            calls.kernel.call(Syscall.LSEEK, fd, offset, SEEK_SET);
            position = offset;
        }
        long start = reply.body();
        long end = start + Math.min(ReadIn.size(in), reply.capacity());
        long out = start;
        while (true) {
            long room = fitting(end - out, attributes);
            if (room < LONGEST && out > start) {
                return out - start;
            }
            long read = calls.kernel.call(Syscall.GETDENTS64, fd, entries.address(), Math.clamp(room, LONGEST, BUFFER));
            if (read <= 0) {
                return out > start ? out - start : read;
            }
            long behind = put(directory, entries.address() + read, out, end, attributes);
            if (behind == out && position == UNKNOWN) {
                return out - start;
            }
            out = behind;
        }
    }

    /** How many bytes of the kernel's entries are sure to fit: a one-letter name takes 24 bytes there, and 32 or 160 here. */
    private static long fitting(long bytes, Attributes attributes) {
        return attributes == Attributes.NONE ? bytes * 24 / 32 : bytes * 24 / 160;
    }

    /** Writes the entries that have been read, and gives the end of what was written. */
    private long put(Inode directory, long entriesEnd, long start, long end, Attributes attributes) {
        long out = start;
        for (long e = entries.address(); e < entriesEnd; e += Memory.getShort(e + D_RECLEN)) {
            long name = e + D_NAME;
            if (directory.hides(name)) {
                position = Memory.getLong(e + D_OFF);
                continue;
            }
            int length = (int) Memory.stringLength(name);
            int type = Memory.getByte(e + D_TYPE);
            boolean plus = attributes != Attributes.NONE;
            if (out + (plus ? Dirent.sizePlus(length) : Dirent.size(length)) > end) {
                position = UNKNOWN;
                return out;
            }
            if (plus) {
                putEntry(directory, name, length, type, attributes, out);
                out += EntryOut.BYTES;
            }
            long next = Memory.getLong(e + D_OFF);
            Dirent.put(out, Memory.getLong(e + D_INO), next, type, name, length);
            position = next;
            out += Dirent.size(length);
        }
        return out;
    }

    /** What a lookup of the name would give; zeros where the kernel is to look it up itself, and for {@code .} and {@code ..}. */
    private void putEntry(Inode directory, long name, int length, int type, Attributes attributes, long out) {
        if (!isDots(name, length)) {
            if (attributes == Attributes.ALL || type == DT_DIR || type == DT_UNKNOWN) {
                Inode inode = nodes.lookup(directory, name, length);
                if (inode != null) {
                    nodes.putEntry(out, inode);
                    return;
                }
            } else {
                directory.listedWithoutAttributes = true;
            }
        }
        Memory.clear(out, EntryOut.BYTES);
    }

    private static boolean isDots(long name, int length) {
        return length <= 2 && Memory.getByte(name) == '.' && Memory.getByte(name + length - 1) == '.';
    }

    @Override
    public void close() {
        entries.close();
    }
}
