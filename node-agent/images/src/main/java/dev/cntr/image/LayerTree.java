package dev.cntr.image;

import dev.cntr.linux.At;
import dev.cntr.linux.Errno;
import dev.cntr.linux.ErrnoException;
import dev.cntr.linux.Fd;
import dev.cntr.linux.Kernel;
import dev.cntr.linux.Memory;
import dev.cntr.linux.OpenFlag;
import dev.cntr.linux.Scratch;
import dev.cntr.linux.Syscall;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A directory into which hostile archives are unpacked. Every parent is found by openat2(2) with {@code RESOLVE_IN_ROOT}, so
 * that links lead to places inside; the last component is made or removed, and never followed. Names are bytes, one a
 * character. For one thread.
 */
final class LayerTree implements AutoCloseable {
    private static final int CHUNK = 64 * 1024;
    private static final long RESOLVE_NO_MAGICLINKS = 0x02;
    private static final long RESOLVE_IN_ROOT = 0x10;
    private static final int SIZEOF_OPEN_HOW = 24;
    private static final int REMOVE_DIRECTORY = 0x200; // AT_REMOVEDIR
    private static final int S_IFIFO = 0010000;
    private static final int WHILE_FILLED = 0700;
    private static final int SIZEOF_DIRENT = 19;

    /** Levels of directories, those above the tree included. */
    private static final int DEEPEST = 256;
    /** Bytes of a path, those above the tree included; PATH_MAX is 4096. */
    private static final int LONGEST = 3072;

    private final Kernel kernel = Kernel.current();
    private final Scratch memory = new Scratch();
    private final long buffer = memory.allocate(CHUNK);
    private final Fd root;

    private @Nullable String lastParent;
    private @Nullable Fd last;

    /**
     * @param root stays the caller's
     */
    LayerTree(Fd root) {
        this.root = root;
    }

    /** The directory of some components; those that are missing are made. It stays this tree's, until the next call. */
    Fd parent(List<String> components) {
        String path = String.join("/", components);
        Fd kept = last;
        if (kept != null && path.equals(lastParent)) {
            return kept;
        }
        forget();
        Fd opened = open(path.isEmpty() ? "." : path);
        if (opened == null) {
            opened = made(components);
        }
        try {
            checkDepth(opened);
        } catch (RuntimeException e) {
            opened.close();
            throw e;
        }
        last = opened;
        lastParent = path;
        return opened;
    }

    /** Links of an archive can lead ever deeper, to where no path leads and nothing can be removed. */
    private void checkDepth(Fd directory) {
        long link = buffer;
        try (Scratch s = new Scratch()) {
            long self = s.string("/proc/self/fd/" + directory.number());
            long n = kernel.call(Syscall.READLINKAT, At.FDCWD, self, link, CHUNK);
            int length = n == Errno.ENAMETOOLONG.negative()
                    ? Integer.MAX_VALUE
                    : (int) ErrnoException.check(n, Syscall.READLINKAT, "a directory");
            if (length > LONGEST || depth(Memory.bytes(link, length)) > DEEPEST) {
                throw new ImageException("a layer has directories nested too deep: more than " + DEEPEST
                        + " levels, or " + LONGEST + " bytes");
            }
        }
    }

    private static int depth(byte[] path) {
        int depth = 0;
        for (byte b : path) {
            depth += b == '/' ? 1 : 0;
        }
        return depth;
    }

    /** What was opened may have been removed or replaced. */
    void forget() {
        if (last != null) {
            last.close();
        }
        last = null;
        lastParent = null;
    }

    private Fd made(List<String> components) {
        String path = "";
        Fd at = check(open("."), ".");
        for (String component : components) {
            try (Fd above = at;
                    Scratch s = new Scratch()) {
                long r = kernel.call(Syscall.MKDIRAT, above.number(), s.bytes(latin(component)), 0755);
                if (r != Errno.EEXIST.negative()) {
                    ErrnoException.check(r, Syscall.MKDIRAT, path + component);
                    // whatever this program's umask
                    r = kernel.call(Syscall.FCHMODAT, above.number(), s.bytes(latin(component)), 0755);
                    ErrnoException.check(r, Syscall.FCHMODAT, path + component);
                }
                path += component + "/";
                Fd below = open(path);
                if (below == null) {
                    throw new ImageException(
                            "the image has a link that leads to no directory: " + path.replaceAll("[^ -~]", "?"));
                }
                at = below;
            }
        }
        return at;
    }

    private static Fd check(@Nullable Fd fd, String path) {
        if (fd == null) {
            throw new ErrnoException("openat2", Errno.ENOENT, path);
        }
        return fd;
    }

    /** A directory inside; null where there is none. */
    private @Nullable Fd open(String path) {
        try (Scratch s = new Scratch()) {
            long flags = OpenFlag.bits(OpenFlag.O_RDONLY, OpenFlag.O_DIRECTORY, OpenFlag.O_CLOEXEC);
            long how = s.longs(flags, 0, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS);
            long r = kernel.call(Syscall.OPENAT2, root.number(), s.bytes(latin(path)), how, SIZEOF_OPEN_HOW);
            return r == Errno.ENOENT.negative() ? null : Fd.of(r, Syscall.OPENAT2, path);
        }
    }

    /** Makes a directory, or takes the one that is there. */
    void directory(Fd parent, String name) {
        try (Scratch s = new Scratch()) {
            long path = s.bytes(latin(name));
            long r = kernel.call(Syscall.MKDIRAT, parent.number(), path, WHILE_FILLED);
            if (r == Errno.EEXIST.negative()) {
                if (isDirectory(parent, name)) {
                    return;
                }
                remove(parent, name);
                r = kernel.call(Syscall.MKDIRAT, parent.number(), path, WHILE_FILLED);
            }
            ErrnoException.check(r, Syscall.MKDIRAT, name);
        }
    }

    /** Makes a file with the data of an entry. */
    void file(Fd parent, String name, TarReader data) throws IOException {
        int flags = OpenFlag.bits(OpenFlag.O_WRONLY, OpenFlag.O_CREAT, OpenFlag.O_EXCL, OpenFlag.O_NOFOLLOW);
        flags |= OpenFlag.bits(OpenFlag.O_CLOEXEC);
        try (Scratch s = new Scratch()) {
            long r = kernel.call(Syscall.OPENAT, parent.number(), s.bytes(latin(name)), flags, 0600);
            try (Fd fd = Fd.of(r, Syscall.OPENAT, name)) {
                byte[] bytes = new byte[CHUNK];
                for (int n = data.data(bytes); n >= 0; n = data.data(bytes)) {
                    write(fd, bytes, n, name);
                }
            }
        }
    }

    /** Makes an empty file that all may read, where the name is free. */
    void emptyFile(Fd parent, String name) {
        int flags = OpenFlag.bits(OpenFlag.O_WRONLY, OpenFlag.O_CREAT, OpenFlag.O_EXCL, OpenFlag.O_NOFOLLOW);
        flags |= OpenFlag.bits(OpenFlag.O_CLOEXEC);
        try (Scratch s = new Scratch()) {
            long r = kernel.call(Syscall.OPENAT, parent.number(), s.bytes(latin(name)), flags, 0644);
            if (r != Errno.EEXIST.negative()) {
                try (Fd fd = Fd.of(r, Syscall.OPENAT, name)) {
                    ErrnoException.check(kernel.call(Syscall.FCHMOD, fd.number(), 0644), Syscall.FCHMOD, name);
                }
            }
        }
    }

    private void write(Fd fd, byte[] bytes, int length, String name) {
        Memory.view(buffer, length).put(bytes, 0, length);
        int done = 0;
        while (done < length) {
            long n = kernel.call(Syscall.WRITE, fd.number(), buffer + done, length - done);
            done += (int) ErrnoException.check(n, Syscall.WRITE, name);
        }
    }

    /** Makes a second name of a file inside, which must be there. */
    void hardLink(Fd parent, String name, List<String> target) {
        try (Scratch s = new Scratch();
                Fd from = check(
                        open(target.size() == 1 ? "." : String.join("/", target.subList(0, target.size() - 1))),
                        String.join("/", target))) {
            long r = kernel.call(
                    Syscall.LINKAT,
                    from.number(),
                    s.bytes(latin(target.getLast())),
                    parent.number(),
                    s.bytes(latin(name)),
                    0);
            ErrnoException.check(r, Syscall.LINKAT, name + " to " + String.join("/", target));
        }
    }

    void symbolicLink(Fd parent, String name, String target) {
        try (Scratch s = new Scratch()) {
            long r = kernel.call(Syscall.SYMLINKAT, s.bytes(latin(target)), parent.number(), s.bytes(latin(name)));
            ErrnoException.check(r, Syscall.SYMLINKAT, name);
        }
    }

    void fifo(Fd parent, String name) {
        try (Scratch s = new Scratch()) {
            long r = kernel.call(Syscall.MKNODAT, parent.number(), s.bytes(latin(name)), S_IFIFO | 0600, 0);
            ErrnoException.check(r, Syscall.MKNODAT, name);
        }
    }

    /**
     * Gives what was just made its owner, permissions, attributes and time.
     *
     * @param name {@code .} for the directory itself
     */
    void describe(Fd parent, String name, TarEntry entry) {
        try (Scratch s = new Scratch()) {
            long path = s.bytes(latin(name));
            long r =
                    kernel.call(Syscall.FCHOWNAT, parent.number(), path, entry.uid(), entry.gid(), At.SYMLINK_NOFOLLOW);
            ErrnoException.check(r, Syscall.FCHOWNAT, name);
            if (entry.type() != TarEntry.Type.SYMBOLIC_LINK) {
                // no link: it was made or checked before, and nobody else works here
                r = kernel.call(Syscall.FCHMODAT, parent.number(), path, entry.mode());
                ErrnoException.check(r, Syscall.FCHMODAT, name);
            }
            for (Map.Entry<String, byte[]> attribute : entry.attributes().entrySet()) {
                attribute(s, parent, name, attribute.getKey(), attribute.getValue());
            }
            long times = s.longs(entry.seconds(), 0, entry.seconds(), 0);
            kernel.call(Syscall.UTIMENSAT, parent.number(), path, times, At.SYMLINK_NOFOLLOW); // best effort
        }
    }

    /** Those that mean something to others: trusted ones would be taken for marks of overlayfs. */
    private void attribute(Scratch s, Fd parent, String name, String key, byte[] value) {
        if (!key.equals("security.capability") && !key.startsWith("user.") && !key.startsWith("system.posix_acl_")) {
            return;
        }
        long path = s.bytes(latin("/proc/self/fd/" + parent.number() + "/" + name));
        long r = kernel.call(Syscall.LSETXATTR, path, s.bytes(latin(key)), s.bytes(value), value.length, 0);
        if (r != Errno.EOPNOTSUPP.negative() && r != Errno.EPERM.negative()) { // not on this file system, or on a link
            ErrnoException.check(r, Syscall.LSETXATTR, name + " " + key);
        }
    }

    boolean isDirectory(Fd parent, String name) {
        try (Scratch s = new Scratch()) {
            int flags = OpenFlag.bits(OpenFlag.O_PATH, OpenFlag.O_DIRECTORY, OpenFlag.O_NOFOLLOW, OpenFlag.O_CLOEXEC);
            long r = kernel.call(Syscall.OPENAT, parent.number(), s.bytes(latin(name)), flags);
            if (r < 0) {
                return false;
            }
            Fd.of(r, Syscall.OPENAT, name).close();
            return true;
        }
    }

    /** Removes what has a name, with all that is in it; nothing where there is none. */
    void remove(Fd parent, String name) {
        try (Scratch s = new Scratch()) {
            long path = s.bytes(latin(name));
            long r = kernel.call(Syscall.UNLINKAT, parent.number(), path, 0);
            if (r == Errno.EISDIR.negative() || r == Errno.EPERM.negative()) {
                int flags =
                        OpenFlag.bits(OpenFlag.O_RDONLY, OpenFlag.O_DIRECTORY, OpenFlag.O_NOFOLLOW, OpenFlag.O_CLOEXEC);
                long fd = kernel.call(Syscall.OPENAT, parent.number(), path, flags);
                try (Fd directory = Fd.of(fd, Syscall.OPENAT, name)) {
                    for (String child : children(directory)) {
                        remove(directory, child);
                    }
                }
                r = kernel.call(Syscall.UNLINKAT, parent.number(), path, REMOVE_DIRECTORY);
            }
            if (r != Errno.ENOENT.negative()) {
                ErrnoException.check(r, Syscall.UNLINKAT, name);
            }
        }
    }

    /** The names in a directory: getdents64(2). */
    List<String> children(Fd directory) {
        try (Fd again = Fd.open(directory, ".", OpenFlag.O_RDONLY, OpenFlag.O_DIRECTORY);
                Scratch s = new Scratch()) {
            List<String> names = new ArrayList<>();
            long entries = s.allocate(CHUNK);
            while (true) {
                long n = kernel.call(Syscall.GETDENTS64, again.number(), entries, CHUNK);
                if (ErrnoException.check(n, Syscall.GETDENTS64, directory.toString()) == 0) {
                    return names;
                }
                for (long at = entries; at < entries + n; at += Memory.getShort(at + 16)) {
                    int length = Memory.getShort(at + 16) - SIZEOF_DIRENT;
                    byte[] name = Memory.bytes(at + SIZEOF_DIRENT, length);
                    int end = 0;
                    while (end < length && name[end] != 0) {
                        end++;
                    }
                    String text = new String(name, 0, end, StandardCharsets.ISO_8859_1);
                    if (!text.equals(".") && !text.equals("..")) {
                        names.add(text);
                    }
                }
            }
        }
    }

    private static byte[] latin(String name) {
        return name.getBytes(StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() {
        forget();
        memory.close();
    }
}
