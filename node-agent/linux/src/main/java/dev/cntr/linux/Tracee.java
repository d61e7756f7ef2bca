package dev.cntr.linux;

import java.util.OptionalInt;

/**
 * A process that the calling thread traces, ptrace(2). All calls are that thread's alone; when it ends the kernel lets the process go on. Results are those of
 * the system call: a negative errno is the caller's to explain.
 */
public record Tracee(int pid) {
    /** Option of {@link #seize}: stop after an execve(2), before the new program's first instruction. */
    public static final long TRACE_EXEC = 1 << 4;

    private static final long CONT = 7;
    private static final long DETACH = 17;
    private static final long SEIZE = 0x4206;
    private static final long INTERRUPT = 0x4207;
    private static final long LISTEN = 0x4208;
    private static final int EVENT_EXEC = 4;
    private static final int EVENT_STOP = 128;
    private static final int SIGTRAP = 5;

    private static final int WNOHANG = 1;

    /** Only this thread's tracees: a wait of another thread of this program must not take the stop, nor this one another's. */
    private static final int WNOTHREAD = 0x20000000;

    private static final int WALL = 0x40000000;

    /** What wait4(2) said of a tracee. */
    public record Wait(int status) {
        /** Whether it is stopped; else it has ended. */
        public boolean stopped() {
            return (status & 0xff) == 0x7f;
        }

        /** Whether it stopped since it has executed another program. */
        public boolean executed() {
            return stopped() && status >> 16 == EVENT_EXEC;
        }

        /** Whether job control stopped it, as SIGSTOP does; an {@link Tracee#interrupt} looks different. */
        public boolean groupStop() {
            return stopped() && status >> 16 == EVENT_STOP && (status >> 8 & 0xff) != SIGTRAP;
        }

        /** The signal that it was about to receive when it stopped, to be handed on; 0 for none. */
        public int signal() {
            return stopped() && status >> 16 == 0 ? status >> 8 & 0xff : 0;
        }
    }

    /** Begins to trace it, without stopping it. */
    public long seize(long options) {
        return call(SEIZE, options);
    }

    /** Asks it to stop. */
    public long interrupt() {
        return call(INTERRUPT, 0);
    }

    /** What has become of it, for {@link Wait}; empty where nothing has since the last look, a negative errno where it is no tracee of this thread. */
    public OptionalInt poll() {
        try (Scratch s = new Scratch()) {
            long address = s.allocate(8);
            long r = Kernel.current().call(Syscall.WAIT4, pid, address, WALL | WNOTHREAD | WNOHANG, 0);
            if (r == pid) {
                return OptionalInt.of(Memory.getInt(address));
            }
            return r < 0 && r != Errno.EINTR.negative() ? OptionalInt.of((int) r) : OptionalInt.empty();
        }
    }

    /** Lets it go on from a stop, with a signal or 0. */
    public long resume(int signal) {
        return call(CONT, signal);
    }

    /** Leaves it stopped as job control has stopped it. */
    public long listen() {
        return call(LISTEN, 0);
    }

    /** Traces a stopped one no more; it goes on, with a signal or 0. */
    public long detach(int signal) {
        return call(DETACH, signal);
    }

    private long call(long request, long data) {
        return Kernel.current().call(Syscall.PTRACE, request, pid, 0, data);
    }
}
