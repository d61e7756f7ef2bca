package dev.cntr.fuse.differential;

import dev.cntr.linux.At;
import dev.cntr.linux.Errno;
import dev.cntr.linux.Kernel;
import dev.cntr.linux.Memory;
import dev.cntr.linux.Scratch;
import dev.cntr.linux.Syscall;
import java.util.HexFormat;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;

/** What is compared of a file, as text: without what two equal trees may differ in. */
final class Status {
    static final int S_IFMT = 0xf000;
    static final int S_IFDIR = 0x4000;
    static final int S_IFREG = 0x8000;
    static final int S_IFLNK = 0xa000;

    private static final int S_ISUID_S_ISGID = 0xc00;
    private static final int STATX_BASIC_STATS = 0x7ff;
    private static final int STATX_SIZE = 256;

    /** Times before it have been set, those after it are of when the test ran. */
    private static final long SET_BEFORE = 1_000_000_000;

    private Status() {}

    static Outcome of(int directory, String path, int flags) {
        try (Scratch s = new Scratch()) {
            long st = s.allocate(STATX_SIZE);
            long r = Kernel.current().call(Syscall.STATX, directory, Side.path(s, path), flags, STATX_BASIC_STATS, st);
            return Outcome.of(r, r < 0 ? "" : text(st));
        }
    }

    static boolean isDirectory(int fd) {
        return (mode(fd) & S_IFMT) == S_IFDIR;
    }

    static boolean isSetId(int fd) {
        return (mode(fd) & S_ISUID_S_ISGID) != 0;
    }

    private static int mode(int fd) {
        try (Scratch s = new Scratch()) {
            long st = s.allocate(STATX_SIZE);
            Kernel.current().call(Syscall.STATX, fd, s.string(""), At.EMPTY_PATH, STATX_BASIC_STATS, st);
            return Memory.getShort(st + 28);
        }
    }

    /**
     * The size of a directory is the file system's own. Times are those of files and directories: of a pipe they are kept by the
     * kernel alone, and reading a link may or may not set its.
     */
    static String text(long statx) {
        int mode = Memory.getShort(statx + 28);
        int type = mode & S_IFMT;
        String size = type == S_IFDIR ? "" : " size " + Memory.getLong(statx + 40);
        boolean timed = type == S_IFDIR || type == S_IFREG;
        String times = timed ? " atime " + time(statx + 64) + " mtime " + time(statx + 112) : "";
        return String.format(
                Locale.ROOT,
                "mode %o links %d owner %d:%d%s%s device %d:%d",
                mode,
                Memory.getInt(statx + 16),
                Memory.getInt(statx + 20),
                Memory.getInt(statx + 24),
                size,
                times,
                Memory.getInt(statx + 128),
                Memory.getInt(statx + 132));
    }

    private static String time(long at) {
        long seconds = Memory.getLong(at);
        return seconds < SET_BEFORE ? seconds + "." + Memory.getInt(at + 8) : "now";
    }

    /** The names of the extended attributes behind a path, or why they cannot be told. */
    static String untrustedXattrNames(String path) {
        return xattrs(path).keySet().stream()
                .filter(name -> !name.startsWith("trusted."))
                .toList()
                .toString();
    }

    /** The extended attributes behind a path, with values in hex. */
    static SortedMap<String, String> xattrs(String path) {
        SortedMap<String, String> all = new TreeMap<>();
        try (Scratch s = new Scratch()) {
            Kernel kernel = Kernel.current();
            long names = s.allocate(4096);
            long value = s.allocate(4096);
            long p = s.string(path);
            long n = kernel.call(Syscall.LISTXATTR, p, names, 4096);
            if (n < 0) {
                all.put(Errno.of(-n).name(), "");
            }
            for (long name = names; name < names + n; name += Memory.stringLength(name) + 1) {
                long r = kernel.call(Syscall.GETXATTR, p, name, value, 4096);
                String hex = r < 0 ? Errno.of(-r).name() : HexFormat.of().formatHex(Memory.bytes(value, (int) r));
                all.put(Memory.string(name), hex);
            }
        }
        return all;
    }
}
