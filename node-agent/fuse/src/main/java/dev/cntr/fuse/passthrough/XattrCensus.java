package dev.cntr.fuse.passthrough;

import dev.cntr.linux.ErrnoException;
import dev.cntr.linux.Fd;
import dev.cntr.linux.Kernel;
import dev.cntr.linux.Memory;
import dev.cntr.linux.OpenFlag;
import dev.cntr.linux.Scratch;
import dev.cntr.linux.Syscall;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Finds out whether anything in a tree that does not change has an extended attribute. Where nothing has, the kernel is told so
 * once and need not ask again: {@code ls -l} asks three times a file. Begun with the first question, it goes through the tree in a
 * thread of its own; until it has come to the end, questions are answered one by one.
 */
final class XattrCensus {
    private static final System.Logger LOG = System.getLogger(XattrCensus.class.getName());
    private static final int CLONE_FS = 0x200;
    private static final int DIRENTS = 32 << 10;

    /** A descriptor each; deeper trees are taken to have some. */
    private static final int DEEPEST = 64;

    private static final int OPEN_DIRECTORY = OpenFlag.bits(
            OpenFlag.O_RDONLY, OpenFlag.O_DIRECTORY, OpenFlag.O_NOFOLLOW, OpenFlag.O_NONBLOCK, OpenFlag.O_CLOEXEC);
    private static final int D_RECLEN = 16;
    private static final int D_TYPE = 18;
    private static final int D_NAME = 19;
    private static final int DT_UNKNOWN = 0;
    private static final int DT_DIR = 4;

    private final boolean possible;
    private final AtomicBoolean begun = new AtomicBoolean();
    private volatile boolean foundNone;
    private volatile boolean cancelled;

    /**
     * @param possible whether the tree does not change; else it is never begun, and never finds none
     */
    XattrCensus(boolean possible) {
        this.possible = possible;
    }

    boolean foundNone() {
        return foundNone;
    }

    /** Begins, if that has not been done, from a directory that stays open during this call. */
    void begin(Fd root) {
        if (possible && !begun.get() && !begun.getAndSet(true)) {
            Fd top = Fd.open(root, ".", OpenFlag.O_RDONLY, OpenFlag.O_DIRECTORY);
            Thread.ofPlatform().name("fuse-xattr-census").daemon().start(() -> run(top));
        }
    }

    /** The tree is closed. */
    void cancel() {
        cancelled = true;
    }

    private void run(Fd top) {
        Kernel kernel = Kernel.current();
        try (top;
                Scratch s = new Scratch()) {
            // for fchdir(2): names are looked at from the thread's own working directory
            ErrnoException.check(kernel.call(Syscall.UNSHARE, CLONE_FS), Syscall.UNSHARE, "CLONE_FS");
            boolean inside = kernel.call(Syscall.FCHDIR, top.number()) == 0;
            foundNone = inside && nothingAt(kernel, s.string(".")) && isBare(kernel, top.number(), 0);
        } catch (RuntimeException e) {
            LOG.log(Level.WARNING, "cannot tell whether a tree has extended attributes; it is asked for each", e);
        }
    }

    private static boolean nothingAt(Kernel kernel, long name) {
        return kernel.call(Syscall.LLISTXATTR, name, 0, 0) == 0;
    }

    /** Whether nothing in an open directory, and in those below, has any; false too where that cannot be told. */
    private boolean isBare(Kernel kernel, int directory, int depth) {
        if (depth > DEEPEST || kernel.call(Syscall.FCHDIR, directory) < 0) {
            return false;
        }
        try (Scratch s = new Scratch()) {
            long entries = s.allocate(DIRENTS);
            List<byte[]> below = new ArrayList<>();
            long n = kernel.call(Syscall.GETDENTS64, directory, entries, DIRENTS);
            while (n > 0) {
                for (long e = entries; e < entries + n; e += Memory.getShort(e + D_RECLEN)) {
                    long name = e + D_NAME;
                    if (isDots(name)) {
                        continue;
                    }
                    if (cancelled || !nothingAt(kernel, name)) {
                        return false;
                    }
                    int type = Memory.getByte(e + D_TYPE);
                    if (type == DT_DIR || type == DT_UNKNOWN) {
                        below.add(Memory.bytes(name, (int) Memory.stringLength(name)));
                    }
                }
                n = kernel.call(Syscall.GETDENTS64, directory, entries, DIRENTS);
            }
            return n == 0 && areBare(kernel, directory, below, s, depth);
        }
    }

    private boolean areBare(Kernel kernel, int directory, List<byte[]> names, Scratch s, int depth) {
        for (byte[] name : names) {
            long fd = kernel.call(Syscall.OPENAT, directory, s.bytes(name), OPEN_DIRECTORY);
            if (fd < 0) {
                return false;
            }
            boolean bare = isBare(kernel, (int) fd, depth + 1);
            kernel.call(Syscall.CLOSE, fd);
            if (!bare) {
                return false;
            }
        }
        return true;
    }

    private static boolean isDots(long name) {
        int second = Memory.getByte(name + 1);
        return Memory.getByte(name) == '.' && (second == 0 || second == '.' && Memory.getByte(name + 2) == 0);
    }
}
