package dev.cntr.linux.program;

import dev.cntr.linux.Errno;
import dev.cntr.linux.ErrnoException;
import dev.cntr.linux.Fd;
import dev.cntr.linux.Jni;
import dev.cntr.linux.Kernel;
import dev.cntr.linux.Memory;
import dev.cntr.linux.Scratch;
import dev.cntr.linux.Syscall;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;

/**
 * Starts programs, posix_spawn(3): vfork(2) speed from a JVM of any size. The new process has the descriptors of its
 * {@link FdTable}, no environment, no blocked signal, and the default action for every signal.
 */
public final class Spawner {
    private static final Linker LINKER = Linker.nativeLinker();
    private static final long ACTIONS_INIT = symbol("posix_spawn_file_actions_init");
    private static final long ACTIONS_DESTROY = symbol("posix_spawn_file_actions_destroy");
    private static final long ACTIONS_DUP2 = symbol("posix_spawn_file_actions_adddup2");
    private static final long ATTRIBUTES_INIT = symbol("posix_spawnattr_init");
    private static final long ATTRIBUTES_FLAGS = symbol("posix_spawnattr_setflags");
    private static final long ATTRIBUTES_DEFAULT = symbol("posix_spawnattr_setsigdefault");
    private static final long ATTRIBUTES_MASK = symbol("posix_spawnattr_setsigmask");
    private static final long SPAWN = symbol("posix_spawn");

    private static final int POSIX_SPAWN_SETSIGDEF = 4;
    private static final int POSIX_SPAWN_SETSIGMASK = 8;
    /** Room for posix_spawn_file_actions_t (glibc 80 bytes) and posix_spawnattr_t (glibc 336). */
    private static final int OPAQUE_STRUCT = 512;
    /** Bytes of a sigset_t in libc. */
    private static final int SIGSET = 128;

    private static final int F_DUPFD_CLOEXEC = 1030;
    /** Copies of the sources lie above all numbers that a table gives, so that no dup2 overwrites a later source. */
    private static final int ABOVE_TABLES = 100;

    private Spawner() {}

    /**
     * Starts a program. Its parent is the calling thread: PR_SET_PDEATHSIG fires when that thread ends, and only that
     * thread can wait for the child.
     *
     * @throws ProgramException when it cannot be started
     */
    public static Child spawn(Program program, FdTable fds) {
        byte[] elf = program.elf();
        try {
            try (Fd file = ProgramFile.memfd(elf)) {
                return spawn(file, fds);
            }
        } catch (ErrnoException e) {
            if (e.errno() != Errno.EACCES && e.errno() != Errno.EPERM && e.errno() != Errno.ENOSYS) {
                throw new ProgramException("cannot start a program: " + e.getMessage());
            }
        }
        try (Fd file = ProgramFile.unlinked(elf)) {
            return spawn(file, fds);
        } catch (ErrnoException e) {
            throw new ProgramException(
                    "cannot start a program, neither from a memfd nor from an unlinked file: " + e.getMessage());
        }
    }

    static Child spawn(Fd file, FdTable fds) {
        List<Fd> copies = new ArrayList<>();
        try (Scratch scratch = new Scratch()) {
            Fd executable = above(file.number(), copies);
            long actions = scratch.allocate(OPAQUE_STRUCT);
            call(ACTIONS_INIT, actions, 0, 0, 0, 0, 0);
            fds.sources()
                    .forEach((number, source) ->
                            call(ACTIONS_DUP2, actions, above(source, copies).number(), number, 0, 0, 0));
            long pid = scratch.allocate(8);
            long argv = scratch.strings(List.of("cntr-init"));
            long path = scratch.string("/proc/self/fd/" + executable.number());
            long error = call(SPAWN, pid, path, actions, attributes(scratch), argv, scratch.longs(0));
            call(ACTIONS_DESTROY, actions, 0, 0, 0, 0, 0);
            if (error != 0) {
                throw new ErrnoException("posix_spawn", Errno.of(error), "a program");
            }
            return new Child(Memory.getInt(pid));
        } finally {
            copies.forEach(Fd::close);
        }
    }

    /** No signal blocked, all at their default action: also the two that glibc keeps to itself and would ignore. */
    private static long attributes(Scratch scratch) {
        long attributes = scratch.allocate(OPAQUE_STRUCT);
        call(ATTRIBUTES_INIT, attributes, 0, 0, 0, 0, 0);
        long all = scratch.allocate(SIGSET);
        for (int i = 0; i < SIGSET; i += 8) {
            Memory.putLong(all + i, -1);
        }
        call(ATTRIBUTES_DEFAULT, attributes, all, 0, 0, 0, 0);
        call(ATTRIBUTES_MASK, attributes, scratch.allocate(SIGSET), 0, 0, 0, 0);
        call(ATTRIBUTES_FLAGS, attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK, 0, 0, 0, 0);
        return attributes;
    }

    private static Fd above(int fd, List<Fd> copies) {
        long r = Kernel.current().call(Syscall.FCNTL, fd, F_DUPFD_CLOEXEC, ABOVE_TABLES);
        Fd copy = Fd.of(r, Syscall.FCNTL, "descriptor " + fd);
        copies.add(copy);
        return copy;
    }

    private static long symbol(String name) {
        return LINKER.defaultLookup().findOrThrow(name).address();
    }

    /** Calls a function of libc that takes words and gives an int. */
    private static int call(long function, long a, long b, long c, long d, long e, long f) {
        return Jni.loaded() ? (int) Jni.function(function, a, b, c, d, e, f) : Foreign.call(function, a, b, c, d, e, f);
    }

    /** The same where there is no library for it; one handle does for all functions. */
    private static final class Foreign {
        private static final MethodHandle CALL = handle();

        private static MethodHandle handle() {
            ValueLayout.OfLong word = ValueLayout.JAVA_LONG;
            return LINKER.downcallHandle(
                    FunctionDescriptor.of(ValueLayout.JAVA_INT, word, word, word, word, word, word));
        }

        static int call(long function, long a, long b, long c, long d, long e, long f) {
            try {
                return (int) CALL.invokeExact(MemorySegment.ofAddress(function), a, b, c, d, e, f);
            } catch (Throwable t) {
                throw new AssertionError("posix_spawn cannot throw", t);
            }
        }
    }
}
