package dev.cntr.linux.security;

import dev.cntr.linux.Errno;
import dev.cntr.linux.ErrnoException;
import dev.cntr.linux.Fd;
import dev.cntr.linux.Kernel;
import dev.cntr.linux.Memory;
import dev.cntr.linux.OpenFlag;
import dev.cntr.linux.ReadFile;
import dev.cntr.linux.Scratch;
import dev.cntr.linux.Syscall;
import dev.cntr.linux.ThrowAwayThread;
import dev.cntr.linux.Tracee;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.concurrent.locks.LockSupport;

/**
 * Copies the seccomp filters that a process runs under, by ptrace(2). The process is stopped for a fraction of a
 * millisecond, and neither killed nor left stopped, whatever happens here: the tracer is a thread of its own, whose end
 * detaches it.
 */
public final class SeccompFilters {
    private static final Duration DEADLINE = Duration.ofSeconds(1);

    /** Between two looks whether it has stopped. Looking without a pause takes the core that the process needs to stop. */
    private static final long PAUSE_NANOS = 20_000;

    private static final long TURN_NANOS = 1_000_000;

    private static final long SECCOMP_GET_FILTER = 0x420c;

    private SeccompFilters() {}

    /**
     * The filters of a process's main thread, the oldest first: installed in this order, they stack up the same way. A
     * process without any is not stopped at all.
     *
     * @throws SeccompException with the reason, and what to do about it
     */
    public static List<SeccompFilter> copy(int pid) {
        if (!filtered(pid)) {
            return List.of();
        }
        return ThrowAwayThread.call("seccomp of " + pid, () -> new Tracer(pid).copy());
    }

    private static boolean filtered(int pid) {
        String path = "/proc/" + pid + "/status";
        try (Fd fd = Fd.open(path, OpenFlag.O_RDONLY)) {
            return ReadFile.text(fd, path).contains("\nSeccomp:\t2\n");
        } catch (ErrnoException e) {
            throw new SeccompException(pid, Objects.toString(e.getMessage()));
        }
    }

    private static final class Tracer {
        private final Kernel kernel = Kernel.current();
        private final int pid;
        private final Tracee tracee;

        Tracer(int pid) {
            this.pid = pid;
            this.tracee = new Tracee(pid);
        }

        List<SeccompFilter> copy() {
            check("PTRACE_SEIZE", seize());
            int signal = 0;
            boolean stopped = false;
            try {
                check("PTRACE_INTERRUPT", tracee.interrupt());
                signal = awaitStop();
                stopped = true;
                return filters();
            } finally {
                if (stopped) {
                    // ESRCH only where it was killed meanwhile
                    tracee.detach(signal);
                }
            }
        }

        /** Waits for its turn where the process is traced: by another attach, that is a moment. */
        private long seize() {
            long end = System.nanoTime() + DEADLINE.toNanos();
            while (true) {
                long r = tracee.seize(0);
                if (r != Errno.EPERM.negative() || System.nanoTime() - end > 0) {
                    return r;
                }
                LockSupport.parkNanos(TURN_NANOS);
            }
        }

        /** Gives the signal that it was about to receive when it stopped, to be handed on at the end; 0 for none. */
        private int awaitStop() {
            long end = System.nanoTime() + DEADLINE.toNanos();
            while (true) {
                OptionalInt status = tracee.poll();
                if (status.isPresent()) {
                    return signalOf(status.getAsInt());
                }
                if (System.nanoTime() - end > 0) {
                    throw new SeccompException(
                            pid,
                            "it did not stop within " + DEADLINE.toMillis()
                                    + " ms: is its cgroup frozen (a paused container)? Resume it and try again");
                }
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }

        private int signalOf(int status) {
            if (status < 0) {
                throw failure("wait4", Errno.of(-status));
            }
            Tracee.Wait wait = new Tracee.Wait(status);
            if (!wait.stopped()) {
                throw new SeccompException(pid, "it ended meanwhile");
            }
            return wait.signal();
        }

        private List<SeccompFilter> filters() {
            List<SeccompFilter> filters = new ArrayList<>();
            try (Scratch s = new Scratch()) {
                long buffer = s.allocate((long) SeccompFilter.MAX_INSTRUCTIONS * SeccompFilter.INSTRUCTION);
                while (true) {
                    long n = kernel.call(Syscall.PTRACE, SECCOMP_GET_FILTER, pid, filters.size(), buffer);
                    if (n == Errno.ENOENT.negative()) {
                        return filters;
                    }
                    check("PTRACE_SECCOMP_GET_FILTER", n);
                    filters.add(new SeccompFilter(Memory.bytes(buffer, (int) n * SeccompFilter.INSTRUCTION)));
                }
            }
        }

        private void check(String call, long result) {
            if (result < 0) {
                throw failure(call, Errno.of(-result));
            }
        }

        private SeccompException failure(String call, Errno errno) {
            String hint = switch (errno) {
                case ESRCH -> "it has ended";
                case EPERM -> "it is traced already (a debugger, strace), or this program lacks CAP_SYS_PTRACE";
                case EACCES ->
                    "this program runs under seccomp itself or lacks CAP_SYS_ADMIN: its pod needs"
                            + " seccompProfile Unconfined and privileged";
                case EINVAL, EIO -> "this kernel is built without CONFIG_CHECKPOINT_RESTORE";
                case EMEDIUMTYPE -> "the kernel did not keep the filter's original program";
                default -> "";
            };
            return new SeccompException(
                    pid, call + ": " + errno.text() + " (" + errno.name() + ")" + (hint.isEmpty() ? "" : ": " + hint));
        }
    }
}
