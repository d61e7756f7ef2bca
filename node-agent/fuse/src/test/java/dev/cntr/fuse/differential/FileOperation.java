package dev.cntr.fuse.differential;

import dev.cntr.linux.At;
import dev.cntr.linux.Kernel;
import dev.cntr.linux.Memory;
import dev.cntr.linux.OpenFlag;
import dev.cntr.linux.Scratch;
import dev.cntr.linux.Syscall;
import java.util.Locale;

/** Calls that open files and work on what is open. A slot is a place for an open file. */
sealed interface FileOperation extends Operation {
    /** O_NONBLOCK is always set: a fifo would wait. */
    record Open(int slot, String path, int flags, int mode) implements FileOperation {
        @Override
        public Outcome on(Side side) {
            try (Scratch s = new Scratch()) {
                int all = flags | OpenFlag.bits(OpenFlag.O_NONBLOCK, OpenFlag.O_CLOEXEC);
                return side.opened(
                        slot, Kernel.current().call(Syscall.OPENAT, side.root(), Side.path(s, path), all, mode));
            }
        }

        @Override
        public String toString() {
            return String.format(Locale.ROOT, "Open[slot=%d, path=%s, flags=%#x, mode=%#o]", slot, path, flags, mode);
        }
    }

    record Close(int slot) implements FileOperation {
        @Override
        public Outcome on(Side side) {
            side.close(slot);
            return Outcome.of(0);
        }
    }

    /** Gives the file in a slot a name, by way of /proc or, as only root may, directly. */
    record LinkOpen(int slot, String to, boolean directly) implements FileOperation {
        private static final int AT_SYMLINK_FOLLOW = 0x400;

        @Override
        public Outcome on(Side side) {
            return side.on(slot, fd -> {
                try (Scratch s = new Scratch()) {
                    long from = s.string(directly ? "" : "/proc/self/fd/" + fd);
                    int flags = directly ? At.EMPTY_PATH : AT_SYMLINK_FOLLOW;
                    return Kernel.current().call(Syscall.LINKAT, fd, from, side.root(), Side.path(s, to), flags);
                }
            });
        }
    }

    record Read(int slot, int length) implements FileOperation {
        @Override
        public Outcome on(Side side) {
            return side.reading(
                    slot, length, (fd, buffer, n) -> Kernel.current().call(Syscall.READ, fd, buffer, n));
        }
    }

    record ReadAt(int slot, long offset, int length) implements FileOperation {
        @Override
        public Outcome on(Side side) {
            return side.reading(
                    slot, length, (fd, buffer, n) -> Kernel.current().call(Syscall.PREAD64, fd, buffer, n, offset));
        }
    }

    record Write(int slot, int length, int fill) implements FileOperation {
        @Override
        public Outcome on(Side side) {
            return side.changing(slot, fd -> {
                try (Scratch s = new Scratch()) {
                    return Kernel.current().call(Syscall.WRITE, fd, filled(s, length, fill), length);
                }
            });
        }
    }

    record WriteAt(int slot, long offset, int length, int fill) implements FileOperation {
        @Override
        public Outcome on(Side side) {
            return side.changing(slot, fd -> {
                try (Scratch s = new Scratch()) {
                    return Kernel.current().call(Syscall.PWRITE64, fd, filled(s, length, fill), length, offset);
                }
            });
        }
    }

    private static long filled(Scratch s, int length, int fill) {
        long buffer = s.allocate(length);
        for (int i = 0; i < length; i++) {
            Memory.putByte(buffer + i, fill);
        }
        return buffer;
    }

    record Ftruncate(int slot, long size) implements FileOperation {
        @Override
        public Outcome on(Side side) {
            return side.on(slot, fd -> Kernel.current().call(Syscall.FTRUNCATE, fd, size));
        }
    }

    record Fallocate(int slot, int mode, long offset, long length) implements FileOperation {
        @Override
        public Outcome on(Side side) {
            return side.changing(slot, fd -> Kernel.current().call(Syscall.FALLOCATE, fd, mode, offset, length));
        }
    }

    /** Not in a directory, where positions are the file system's own. */
    record Seek(int slot, long offset, int whence) implements FileOperation {
        @Override
        public Outcome on(Side side) {
            boolean directory = side.isOpen(slot) && Status.isDirectory(side.fd(slot));
            return directory
                    ? new Outcome("a directory", "")
                    : side.on(slot, fd -> Kernel.current().call(Syscall.LSEEK, fd, offset, whence));
        }
    }

    record CopyRange(int from, long offsetFrom, int to, long offsetTo, int length) implements FileOperation {
        @Override
        public Outcome on(Side side) {
            if (!side.isOpen(from)) {
                return Outcome.NOTHING_OPEN;
            }
            return side.changing(to, target -> {
                try (Scratch s = new Scratch()) {
                    long in = s.longs(offsetFrom);
                    long out = s.longs(offsetTo);
                    return Kernel.current().call(Syscall.COPY_FILE_RANGE, side.fd(from), in, target, out, length, 0);
                }
            });
        }
    }

    record Flock(int slot, int operation) implements FileOperation {
        private static final int LOCK_NB = 4;

        @Override
        public Outcome on(Side side) {
            return side.on(slot, fd -> Kernel.current().call(Syscall.FLOCK, fd, operation | LOCK_NB));
        }
    }

    record Fsync(int slot) implements FileOperation {
        @Override
        public Outcome on(Side side) {
            return side.on(slot, fd -> Kernel.current().call(Syscall.FSYNC, fd));
        }
    }

    record Fchmod(int slot, int mode) implements FileOperation {
        @Override
        public Outcome on(Side side) {
            return side.on(slot, fd -> Kernel.current().call(Syscall.FCHMOD, fd, mode));
        }
    }

    record Fchown(int slot, int uid, int gid) implements FileOperation {
        @Override
        public Outcome on(Side side) {
            return side.on(slot, fd -> Kernel.current().call(Syscall.FCHOWN, fd, uid, gid));
        }
    }

    record Fstat(int slot) implements FileOperation {
        @Override
        public Outcome on(Side side) {
            return side.isOpen(slot) ? Status.of(side.fd(slot), "", At.EMPTY_PATH) : Outcome.NOTHING_OPEN;
        }
    }
}
