package dev.cntr.fuse.differential;

import dev.cntr.linux.At;
import dev.cntr.linux.Kernel;
import dev.cntr.linux.Memory;
import dev.cntr.linux.OpenFlag;
import dev.cntr.linux.Scratch;
import dev.cntr.linux.Syscall;
import java.util.Set;
import java.util.TreeSet;

/** Calls that make, move, remove and list names. */
sealed interface NameOperation extends Operation {
    record Mkdir(String path, int mode) implements NameOperation {
        @Override
        public Outcome on(Side side) {
            try (Scratch s = new Scratch()) {
                return Outcome.of(Kernel.current().call(Syscall.MKDIRAT, side.root(), Side.path(s, path), mode));
            }
        }
    }

    record Mknod(String path, int mode, int device) implements NameOperation {
        @Override
        public Outcome on(Side side) {
            try (Scratch s = new Scratch()) {
                return Outcome.of(
                        Kernel.current().call(Syscall.MKNODAT, side.root(), Side.path(s, path), mode, device));
            }
        }
    }

    record Symlink(String target, String path) implements NameOperation {
        @Override
        public Outcome on(Side side) {
            try (Scratch s = new Scratch()) {
                return Outcome.of(Kernel.current()
                        .call(Syscall.SYMLINKAT, Side.path(s, target), side.root(), Side.path(s, path)));
            }
        }
    }

    record Readlink(String path) implements NameOperation {
        @Override
        public Outcome on(Side side) {
            try (Scratch s = new Scratch()) {
                long buffer = s.allocate(4097);
                long r = Kernel.current().call(Syscall.READLINKAT, side.root(), Side.path(s, path), buffer, 4096);
                return Outcome.of(r, Side.name(buffer));
            }
        }
    }

    record Link(String from, String to, boolean follow) implements NameOperation {
        private static final int AT_SYMLINK_FOLLOW = 0x400;

        @Override
        public Outcome on(Side side) {
            try (Scratch s = new Scratch()) {
                int flags = follow ? AT_SYMLINK_FOLLOW : 0;
                return Outcome.of(Kernel.current()
                        .call(Syscall.LINKAT, side.root(), Side.path(s, from), side.root(), Side.path(s, to), flags));
            }
        }
    }

    record Rename(String from, String to, int flags) implements NameOperation {
        @Override
        public Outcome on(Side side) {
            try (Scratch s = new Scratch()) {
                return Outcome.of(Kernel.current()
                        .call(
                                Syscall.RENAMEAT2,
                                side.root(),
                                Side.path(s, from),
                                side.root(),
                                Side.path(s, to),
                                flags));
            }
        }
    }

    record Unlink(String path) implements NameOperation {
        @Override
        public Outcome on(Side side) {
            try (Scratch s = new Scratch()) {
                return Outcome.of(Kernel.current().call(Syscall.UNLINKAT, side.root(), Side.path(s, path), 0));
            }
        }
    }

    record Rmdir(String path) implements NameOperation {
        @Override
        public Outcome on(Side side) {
            try (Scratch s = new Scratch()) {
                return Outcome.of(
                        Kernel.current().call(Syscall.UNLINKAT, side.root(), Side.path(s, path), At.REMOVEDIR));
            }
        }
    }

    /** Lists a directory: names and types, in the order of names, since that of the directory is the file system's own. */
    record Readdir(String path) implements NameOperation {
        private static final int BUFFER = 1024;
        private static final int D_RECLEN = 16;
        private static final int D_TYPE = 18;
        private static final int D_NAME = 19;

        @Override
        public Outcome on(Side side) {
            Kernel kernel = Kernel.current();
            try (Scratch s = new Scratch()) {
                int flags = OpenFlag.bits(OpenFlag.O_RDONLY, OpenFlag.O_DIRECTORY);
                long fd = kernel.call(Syscall.OPENAT, side.root(), Side.path(s, path), flags);
                if (fd < 0) {
                    return Outcome.of(fd);
                }
                long buffer = s.allocate(BUFFER);
                Set<String> entries = new TreeSet<>();
                long r = kernel.call(Syscall.GETDENTS64, fd, buffer, BUFFER);
                while (r > 0) {
                    for (long e = buffer; e < buffer + r; e += Memory.getShort(e + D_RECLEN)) {
                        entries.add(Side.name(e + D_NAME) + ":" + Memory.getByte(e + D_TYPE));
                    }
                    r = kernel.call(Syscall.GETDENTS64, fd, buffer, BUFFER);
                }
                kernel.call(Syscall.CLOSE, fd);
                return Outcome.of(r, entries.toString());
            }
        }
    }
}
