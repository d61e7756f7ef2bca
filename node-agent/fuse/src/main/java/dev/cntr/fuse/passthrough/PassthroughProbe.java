package dev.cntr.fuse.passthrough;

import dev.cntr.fuse.passthrough.DataPath.Way;
import dev.cntr.fuse.session.Session;
import dev.cntr.fuse.wire.InitFlag;
import dev.cntr.linux.At;
import dev.cntr.linux.Errno;
import dev.cntr.linux.Fd;
import dev.cntr.linux.Kernel;
import dev.cntr.linux.Memory;
import dev.cntr.linux.OpenFlag;
import dev.cntr.linux.Scratch;
import dev.cntr.linux.Syscall;
import org.jspecify.annotations.Nullable;

/**
 * Finds out whether the kernel passes data through to the files of a tree: by asking it to, with the first regular file
 * that is found within a few directories. What is refused for one file system is refused for all its files.
 */
final class PassthroughProbe implements AutoCloseable {
    private static final int MOST_DIRECTORIES = 64;
    private static final int DEEPEST = 3;
    private static final int DIRENTS = 8192;
    private static final int DT_DIR = 4;
    private static final int DT_REG = 8;

    private static final int OPEN_DIRECTORY =
            OpenFlag.bits(OpenFlag.O_RDONLY, OpenFlag.O_DIRECTORY, OpenFlag.O_NOFOLLOW, OpenFlag.O_CLOEXEC);
    private static final int OPEN_FILE =
            OpenFlag.bits(OpenFlag.O_RDONLY, OpenFlag.O_NONBLOCK, OpenFlag.O_NOFOLLOW, OpenFlag.O_CLOEXEC);

    private final Session session;
    private final Kernel kernel = Kernel.current();
    private final Scratch memory = new Scratch();
    private final long map = memory.allocate(16);
    private int directories;
    private boolean found;

    private PassthroughProbe(Session session) {
        this.session = session;
    }

    static DataPath choose(Session session, Fd root) {
        if (session.negotiation().has(InitFlag.FUSE_WRITEBACK_CACHE)) {
            return new DataPath(Way.WRITEBACK, "nobody else changes the tree");
        }
        if (!session.negotiation().has(InitFlag.FUSE_PASSTHROUGH)) {
            return new DataPath(Way.CACHED, "the kernel has no FUSE passthrough, which needs Linux 6.9");
        }
        try (PassthroughProbe probe = new PassthroughProbe(session)) {
            Errno refusal = probe.directory(root.number(), ".", 0);
            if (refusal == null) {
                return new DataPath(
                        Way.PASSTHROUGH,
                        probe.found ? "the kernel took a file of the tree" : "granted, no file found to try it on");
            }
            return new DataPath(Way.CACHED, DataPath.explain(refusal));
        }
    }

    /** Gives the refusal, or null where there was none: then {@link #found} tells whether a file was tried. */
    private @Nullable Errno directory(int parent, String name, int depth) {
        long fd = open(parent, memory.string(name), OPEN_DIRECTORY);
        if (fd < 0 || ++directories > MOST_DIRECTORIES) {
            close(fd);
            return null;
        }
        try (Scratch s = new Scratch()) {
            long entries = s.allocate(DIRENTS);
            long n = kernel.call(Syscall.GETDENTS64, fd, entries, DIRENTS);
            for (long at = entries; at < entries + n && !found; at += Memory.getShort(at + 16)) {
                if (Memory.getByte(at + 18) == DT_REG) {
                    @Nullable Errno refusal = file((int) fd, at + 19);
                    if (found) {
                        return refusal;
                    }
                }
            }
            for (long at = entries; at < entries + n && !found; at += Memory.getShort(at + 16)) {
                String child = Memory.string(at + 19);
                boolean below = Memory.getByte(at + 18) == DT_DIR && !child.equals(".") && !child.equals("..");
                if (below && depth < DEEPEST) {
                    @Nullable Errno refusal = directory((int) fd, child, depth + 1);
                    if (found) {
                        return refusal;
                    }
                }
            }
            return null;
        } finally {
            close(fd);
        }
    }

    private @Nullable Errno file(int directory, long name) {
        long fd = open(directory, name, OPEN_FILE);
        if (fd < 0) {
            return null;
        }
        found = true;
        long id = session.device().openBacking(kernel, map, (int) fd);
        close(fd);
        if (id < 0) {
            return Errno.of(-id);
        }
        session.device().closeBacking(kernel, map, (int) id);
        return null;
    }

    private long open(int directory, long name, int flags) {
        return kernel.call(Syscall.OPENAT, directory < 0 ? At.FDCWD : directory, name, flags);
    }

    private void close(long fd) {
        if (fd >= 0) {
            kernel.call(Syscall.CLOSE, fd);
        }
    }

    @Override
    public void close() {
        memory.close();
    }
}
