package dev.cntr.linux.program;

import dev.cntr.linux.Errno;
import dev.cntr.linux.ErrnoException;
import dev.cntr.linux.Kernel;
import dev.cntr.linux.Memory;
import dev.cntr.linux.Scratch;
import dev.cntr.linux.Syscall;

/**
 * A child of the thread that spawned it. Only that thread can wait for it: all waits are made with {@code __WNOTHREAD},
 * so that no thread swallows the children or the ptrace stops of another. Until then its pid is its own.
 */
public final class Child {
    private static final long WNOTHREAD = 0x20000000L;
    private static final long WALL = 0x40000000L;
    private static final long P_PID = 1;
    private static final long WEXITED = 4;
    private static final long WNOWAIT = 0x1000000L;
    private static final int SIGKILL = 9;

    private final int pid;

    /** The child with a pid, as seen from this process. */
    public Child(int pid) {
        this.pid = pid;
    }

    public int pid() {
        return pid;
    }

    /** Waits for its end, wait4(2), and frees its pid. To be called once, by the thread that spawned it. */
    public Exit await() {
        try (Scratch scratch = new Scratch()) {
            long status = scratch.allocate(8);
            while (true) {
                long r = Kernel.current().call(Syscall.WAIT4, pid, status, WALL | WNOTHREAD, 0);
                if (r != Errno.EINTR.negative()) {
                    ErrnoException.check(r, Syscall.WAIT4, "process " + pid);
                    return Exit.ofWaitStatus(Memory.getInt(status));
                }
            }
        }
    }

    /**
     * Waits for its end and leaves it a zombie, waitid(2): its pid, and its process group's number, stay its own until
     * {@link #await()}.
     */
    public void awaitEnd() {
        while (true) {
            long r = Kernel.current().call(Syscall.WAITID, P_PID, pid, 0, WEXITED | WNOWAIT | WALL | WNOTHREAD, 0);
            if (r != Errno.EINTR.negative()) {
                ErrnoException.check(r, Syscall.WAITID, "process " + pid);
                return;
            }
        }
    }

    /** Waits for the ends of all children that the calling thread has spawned and not waited for. */
    public static void awaitAll() {
        long r;
        do {
            r = Kernel.current().call(Syscall.WAIT4, -1, 0, WALL | WNOTHREAD, 0);
        } while (r >= 0 || r == Errno.EINTR.negative());
    }

    /** Sends SIGKILL. Not to be called after {@link #await()}. */
    public void kill() {
        signal(SIGKILL);
    }

    /** Sends a signal, kill(2); that the child has already ended is no error. Not to be called after {@link #await()}. */
    public void signal(int signal) {
        long r = Kernel.current().call(Syscall.KILL, pid, signal);
        if (r != Errno.ESRCH.negative()) {
            ErrnoException.check(r, Syscall.KILL, "process " + pid);
        }
    }
}
