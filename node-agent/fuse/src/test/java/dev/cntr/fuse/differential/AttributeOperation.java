package dev.cntr.fuse.differential;

import dev.cntr.linux.Kernel;
import dev.cntr.linux.Memory;
import dev.cntr.linux.Scratch;
import dev.cntr.linux.Syscall;
import java.util.HexFormat;
import java.util.Locale;

/** Calls on what is said of a file, by its path. */
sealed interface AttributeOperation extends Operation {
    record Stat(String path, boolean follow) implements AttributeOperation {
        @Override
        public Outcome on(Side side) {
            return Status.of(side.root(), path, Side.follow(follow));
        }
    }

    record Chmod(String path, int mode) implements AttributeOperation {
        @Override
        public Outcome on(Side side) {
            try (Scratch s = new Scratch()) {
                return Outcome.of(Kernel.current().call(Syscall.FCHMODAT, side.root(), Side.path(s, path), mode));
            }
        }

        @Override
        public String toString() {
            return String.format(Locale.ROOT, "Chmod[path=%s, mode=%#o]", path, mode);
        }
    }

    record Chown(String path, int uid, int gid, boolean follow) implements AttributeOperation {
        @Override
        public Outcome on(Side side) {
            try (Scratch s = new Scratch()) {
                return Outcome.of(Kernel.current()
                        .call(Syscall.FCHOWNAT, side.root(), Side.path(s, path), uid, gid, Side.follow(follow)));
            }
        }
    }

    record Truncate(String path, long size) implements AttributeOperation {
        @Override
        public Outcome on(Side side) {
            return side.onOpened(path, true, opened -> {
                try (Scratch s = new Scratch()) {
                    return Kernel.current().call(Syscall.TRUNCATE, s.string(opened), size);
                }
            });
        }
    }

    /** Nanoseconds may be UTIME_NOW or UTIME_OMIT. */
    record Utimens(String path, long atime, long atimeNanos, long mtime, long mtimeNanos, boolean follow)
            implements AttributeOperation {
        @Override
        public Outcome on(Side side) {
            try (Scratch s = new Scratch()) {
                long times = s.longs(atime, atimeNanos, mtime, mtimeNanos);
                return Outcome.of(Kernel.current()
                        .call(Syscall.UTIMENSAT, side.root(), Side.path(s, path), times, Side.follow(follow)));
            }
        }
    }

    record Access(String path, int mode) implements AttributeOperation {
        private static final int AT_EACCESS = 0x200;

        @Override
        public Outcome on(Side side) {
            try (Scratch s = new Scratch()) {
                return Outcome.of(
                        Kernel.current().call(Syscall.FACCESSAT2, side.root(), Side.path(s, path), mode, AT_EACCESS));
            }
        }
    }

    /** The calls on extended attributes know no directory descriptors. */
    record SetXattr(String path, boolean follow, String name, String hexValue, int flags)
            implements AttributeOperation {
        @Override
        public Outcome on(Side side) {
            byte[] value = HexFormat.of().parseHex(hexValue);
            return side.onOpened(path, follow, opened -> {
                try (Scratch s = new Scratch()) {
                    return Kernel.current()
                            .call(
                                    Syscall.SETXATTR,
                                    s.string(opened),
                                    s.string(name),
                                    s.bytes(value),
                                    value.length,
                                    flags);
                }
            });
        }
    }

    record GetXattr(String path, boolean follow, String name, int size) implements AttributeOperation {
        @Override
        public Outcome on(Side side) {
            StringBuilder value = new StringBuilder();
            Outcome outcome = side.onOpened(path, follow, opened -> {
                try (Scratch s = new Scratch()) {
                    long buffer = s.allocate(Math.max(size, 1));
                    long r = Kernel.current().call(Syscall.GETXATTR, s.string(opened), s.string(name), buffer, size);
                    if (r > 0 && size > 0) {
                        value.append(HexFormat.of().formatHex(Memory.bytes(buffer, (int) r)));
                    }
                    return r;
                }
            });
            return new Outcome(outcome.result(), value.toString());
        }
    }

    /**
     * Without the names that only root sees: who asks is not told to a server of a file system that can map ids, which therefore
     * cannot hide them from others.
     */
    record ListXattr(String path, boolean follow) implements AttributeOperation {
        @Override
        public Outcome on(Side side) {
            StringBuilder names = new StringBuilder();
            Outcome outcome = side.onOpened(path, follow, opened -> {
                names.append(Status.untrustedXattrNames(opened));
                return 0;
            });
            return new Outcome(outcome.result(), names.toString());
        }
    }

    record RemoveXattr(String path, boolean follow, String name) implements AttributeOperation {
        @Override
        public Outcome on(Side side) {
            return side.onOpened(path, follow, opened -> {
                try (Scratch s = new Scratch()) {
                    return Kernel.current().call(Syscall.REMOVEXATTR, s.string(opened), s.string(name));
                }
            });
        }
    }
}
