package dev.cntr.relay;

import dev.cntr.linux.Architecture;
import dev.cntr.linux.Syscall;
import dev.cntr.linux.program.Assembler;
import dev.cntr.linux.program.Program;

/**
 * The relay container's first process: sleeps until TERM or INT. It ignores SIGCHLD, so that the kernel reaps what execs
 * leave to it; signal(7).
 */
final class PauseProgram {
    private static final int SIG_BLOCK = 0;
    private static final int SIGINT = 2;
    private static final int SIGTERM = 15;
    private static final int SIGCHLD = 17;
    private static final int SIG_IGN = 1;
    private static final int SIGSET_BYTES = 8;
    private static final int SIGINFO_BYTES = 128;

    private PauseProgram() {}

    static Program assemble(Architecture architecture) {
        Assembler a = Assembler.silent(architecture);
        long action = a.longs(SIG_IGN, 0, 0, 0); // struct kernel_sigaction: handler, flags, restorer (x86), mask
        long ends = a.longs(1L << (SIGTERM - 1) | 1L << (SIGINT - 1));
        a.call("let the kernel reap", Syscall.RT_SIGACTION, SIGCHLD, action, 0, SIGSET_BYTES);
        a.call("hold TERM and INT", Syscall.RT_SIGPROCMASK, SIG_BLOCK, ends, 0, SIGSET_BYTES);
        var signals = a.call("open them", Syscall.SIGNALFD4, -1, ends, SIGSET_BYTES, 0);
        a.call("wait for one", Syscall.READ, 0, a.buffer(SIGINFO_BYTES), SIGINFO_BYTES)
                .take(0, signals);
        a.exit(0);
        return a.assemble();
    }
}
