package dev.cntr.fuse;

import dev.cntr.linux.At;
import dev.cntr.linux.Errno;
import dev.cntr.linux.ErrnoException;
import dev.cntr.linux.Fd;
import dev.cntr.linux.Kernel;
import dev.cntr.linux.Memory;
import dev.cntr.linux.OpenFlag;
import dev.cntr.linux.Scratch;
import dev.cntr.linux.Syscall;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Paths of a tree that are not to be seen.
 *
 * @param paths relative to the tree's root, without {@code .} and {@code ..}
 */
record Masked(List<String> paths) {
    private static final long RESOLVE_NO_MAGICLINKS = 0x02;
    private static final long RESOLVE_IN_ROOT = 0x10;
    private static final int SIZEOF_OPEN_HOW = 24;
    private static final int PATH_MAX = 4096;
    private static final int STATX_TYPE = 1;
    private static final int STATX_BYTES = 256;
    private static final int STX_MODE = 28;
    private static final int S_IFMT = 0xf000;
    private static final int S_IFDIR = 0x4000;

    /** Takes paths with or without a slash in front. */
    static Masked of(Collection<String> paths) {
        return new Masked(paths.stream().map(Masked::checked).toList());
    }

    private static String checked(String path) {
        List<String> names = List.of(path.split("/", 0)).stream()
                .filter(name -> !name.isEmpty())
                .toList();
        if (names.isEmpty() || names.contains(".") || names.contains("..")) {
            throw new IllegalArgumentException(
                    "'" + path + "' cannot be hidden: name a path below the root, without . and ..");
        }
        return String.join("/", names);
    }

    /** The paths as they are, and those that they lead to by symbolic links in the tree. */
    Set<String> withoutLinks(Fd root) {
        Set<String> all = new LinkedHashSet<>(paths);
        String top = place(root);
        for (String path : paths) {
            for (OpenFlag[] flags : new OpenFlag[][] {{OpenFlag.O_PATH}, {OpenFlag.O_PATH, OpenFlag.O_NOFOLLOW}}) {
                try (Fd found = open(root, path, flags)) {
                    below(top, place(found)).ifPresent(all::add);
                } catch (ErrnoException e) {
                    if (!isAbsence(e)) {
                        throw e;
                    }
                }
            }
        }
        return all;
    }

    private static Optional<String> below(String top, String place) {
        String prefix = top.endsWith("/") ? top : top + "/";
        return place.startsWith(prefix) && place.length() > prefix.length()
                ? Optional.of(place.substring(prefix.length()))
                : Optional.empty();
    }

    /** Opens a path of a tree, whose links lead nowhere else, openat2(2). */
    static Fd open(Fd root, String path, OpenFlag... flags) {
        try (Scratch s = new Scratch()) {
            long bits = OpenFlag.bits(flags) | OpenFlag.bits(OpenFlag.O_CLOEXEC);
            long how = s.longs(bits, 0, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS);
            long r = Kernel.current().call(Syscall.OPENAT2, root.number(), s.string(path), how, SIZEOF_OPEN_HOW);
            return Fd.of(r, Syscall.OPENAT2, path);
        }
    }

    /** Whether a path cannot be opened since there is no such thing. */
    static boolean isAbsence(ErrnoException e) {
        return e.errno() == Errno.ENOENT || e.errno() == Errno.ENOTDIR || e.errno() == Errno.ELOOP;
    }

    static boolean isDirectory(Fd file) {
        try (Scratch s = new Scratch()) {
            long st = s.allocate(STATX_BYTES);
            long r = Kernel.current().call(Syscall.STATX, file.number(), s.string(""), At.EMPTY_PATH, STATX_TYPE, st);
            ErrnoException.check(r, Syscall.STATX, file.toString());
            return (Memory.getShort(st + STX_MODE) & S_IFMT) == S_IFDIR;
        }
    }

    /** The path of an open file, as the kernel knows it. */
    private static String place(Fd file) {
        String link = "/proc/self/fd/" + file.number();
        try (Scratch s = new Scratch()) {
            long buffer = s.allocate(PATH_MAX + 1);
            long r = Kernel.current().call(Syscall.READLINKAT, At.FDCWD, s.string(link), buffer, PATH_MAX);
            ErrnoException.check(r, Syscall.READLINKAT, link);
            return Memory.string(buffer);
        }
    }
}
