package dev.cntr.fuse.differential;

import dev.cntr.linux.At;
import dev.cntr.linux.ErrnoException;
import dev.cntr.linux.Kernel;
import dev.cntr.linux.Memory;
import dev.cntr.linux.OpenFlag;
import dev.cntr.linux.Scratch;
import dev.cntr.linux.Syscall;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/** All there is in a tree, each file as a line of text by its path. */
final class Snapshot {
    private static final int STATX_BASIC_STATS = 0x7ff;
    private static final int STATX_SIZE = 256;
    private static final int MOST_BYTES = 128 << 10;

    private final Map<String, String> files = new TreeMap<>();
    private final Map<Long, String> firstNames = new HashMap<>();

    private Snapshot() {}

    static Map<String, String> of(Side side) {
        Snapshot snapshot = new Snapshot();
        snapshot.walk(side, ".");
        return snapshot.files;
    }

    private void walk(Side side, String path) {
        try (Scratch s = new Scratch()) {
            Kernel kernel = Kernel.current();
            long st = s.allocate(STATX_SIZE);
            long r = kernel.call(
                    Syscall.STATX, side.root(), Side.path(s, path), At.SYMLINK_NOFOLLOW, STATX_BASIC_STATS, st);
            ErrnoException.check(r, Syscall.STATX, path);
            int type = Memory.getShort(st + 28) & Status.S_IFMT;
            String content = switch (type) {
                case Status.S_IFREG -> " content " + content(side, s, path);
                case Status.S_IFLNK -> " to " + new NameOperation.Readlink(path).on(side);
                default -> "";
            };
            String first = firstNames.computeIfAbsent(Memory.getLong(st + 32), ignored -> path);
            Outcome[] xattrs = new Outcome[1];
            side.onOpened(path, false, opened -> {
                xattrs[0] = new Outcome("", Status.xattrs(opened).toString());
                return 0;
            });
            files.put(path, Status.text(st) + content + " xattrs" + xattrs[0] + " same as " + first);
            if (type == Status.S_IFDIR) {
                String entries = new NameOperation.Readdir(path).on(side).detail();
                for (String entry : entries.substring(1, entries.length() - 1).split(", ", 0)) {
                    String name = entry.substring(0, entry.lastIndexOf(':'));
                    if (!name.equals(".") && !name.equals("..")) {
                        walk(side, path + "/" + name);
                    }
                }
            }
        }
    }

    /** A hash of the data, and where there are holes. */
    private static String content(Side side, Scratch s, String path) {
        Kernel kernel = Kernel.current();
        long fd = kernel.call(Syscall.OPENAT, side.root(), Side.path(s, path), OpenFlag.bits(OpenFlag.O_RDONLY));
        if (fd < 0) {
            return Outcome.of(fd).toString();
        }
        long buffer = s.allocate(MOST_BYTES);
        long n = kernel.call(Syscall.PREAD64, fd, buffer, MOST_BYTES, 0);
        kernel.call(Syscall.CLOSE, fd);
        return n < 0 ? Outcome.of(n).toString() : Integer.toHexString(Arrays.hashCode(Memory.bytes(buffer, (int) n)));
    }
}
