package dev.cntr.linux.program;

import dev.cntr.linux.At;
import dev.cntr.linux.Errno;
import dev.cntr.linux.ErrnoException;
import dev.cntr.linux.Fd;
import dev.cntr.linux.Kernel;
import dev.cntr.linux.OpenFlag;
import dev.cntr.linux.Scratch;
import dev.cntr.linux.Syscall;

/**
 * An executable that has no name in the file system. As a sealed memfd nobody can change it, not even through
 * {@code /proc/PID/exe} from within the container it makes (CVE-2019-5736). Where the kernel refuses to execute memfds
 * ({@code vm.memfd_noexec=2}) it is an unlinked file that is open for reading only.
 */
final class ProgramFile {
    private static final String NAME = "cntr-init";
    private static final long MFD_CLOEXEC = 1;
    private static final long MFD_ALLOW_SEALING = 2;
    private static final long MFD_EXEC = 0x10;
    private static final int F_ADD_SEALS = 1033;
    private static final int ALL_SEALS = 1 | 2 | 4 | 8; // SEAL, SHRINK, GROW, WRITE
    /** Without its O_DIRECTORY bit, which is another one on each architecture. */
    private static final int O_TMPFILE = 0x400000;

    private static final int OWNER_ONLY = 0500;
    private static final String[] DIRECTORIES = {"/run", "/tmp", "/var/tmp", "/dev/shm"};

    private ProgramFile() {}

    /** A sealed memfd, memfd_create(2). */
    static Fd memfd(byte[] elf) {
        Kernel kernel = Kernel.current();
        try (Scratch scratch = new Scratch()) {
            long name = scratch.string(NAME);
            long r = kernel.call(Syscall.MEMFD_CREATE, name, MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_EXEC);
            if (r == Errno.EINVAL.negative()) { // Linux before 6.3 does not know MFD_EXEC: every memfd is executable
                r = kernel.call(Syscall.MEMFD_CREATE, name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
            }
            Fd fd = Fd.of(r, Syscall.MEMFD_CREATE, NAME);
            write(fd, elf, scratch);
            long sealed = kernel.call(Syscall.FCNTL, fd.number(), F_ADD_SEALS, ALL_SEALS);
            ErrnoException.check(sealed, Syscall.FCNTL, "F_ADD_SEALS");
            return fd;
        }
    }

    /** An unlinked file in the first directory that takes one, O_TMPFILE of open(2). */
    static Fd unlinked(byte[] elf) {
        Kernel kernel = Kernel.current();
        try (Scratch scratch = new Scratch()) {
            ErrnoException last = new ErrnoException("openat", Errno.ENOENT, "a directory for the program");
            for (String directory : DIRECTORIES) {
                int flags = O_TMPFILE | OpenFlag.bits(OpenFlag.O_DIRECTORY, OpenFlag.O_WRONLY, OpenFlag.O_CLOEXEC);
                long r = kernel.call(Syscall.OPENAT, At.FDCWD, scratch.string(directory), flags, OWNER_ONLY);
                if (r < 0) {
                    last = new ErrnoException("openat", Errno.of(-r), "an unlinked file in " + directory);
                    continue;
                }
                try (Fd writable = Fd.of(r, Syscall.OPENAT, directory)) {
                    write(writable, elf, scratch);
                    String path = "/proc/self/fd/" + writable.number();
                    long again = kernel.call(
                            Syscall.OPENAT, At.FDCWD, scratch.string(path), OpenFlag.bits(OpenFlag.O_CLOEXEC));
                    return Fd.of(again, Syscall.OPENAT, path);
                }
            }
            throw last;
        }
    }

    private static void write(Fd fd, byte[] bytes, Scratch scratch) {
        long from = scratch.bytes(bytes);
        int done = 0;
        while (done < bytes.length) {
            long n = Kernel.current().call(Syscall.WRITE, fd.number(), from + done, bytes.length - done);
            done += (int) ErrnoException.check(n, Syscall.WRITE, "the program");
        }
    }
}
