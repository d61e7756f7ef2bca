package dev.cntr.linux;

/** Signals that this process is to take no notice of, rt_sigaction(2): also those that the JVM keeps to itself, and lets no handler be set for. */
public final class IgnoredSignal {
    /** {@code SIGQUIT}, at which the JVM prints its threads on standard output. */
    public static final int QUIT = 3;

    private static final int SIGSET_BYTES = 8;
    private static final int SIGACTION_BYTES = 32;
    private static final long SIG_IGN = 1;

    private IgnoredSignal() {}

    /** Ignores a signal from now on. What a {@code Spawner} starts has it at its default action all the same. */
    public static void ignore(int signal) {
        try (Scratch s = new Scratch()) {
            long action = s.allocate(SIGACTION_BYTES);
            Memory.putLong(action, SIG_IGN);
            long r = Kernel.current().call(Syscall.RT_SIGACTION, signal, action, 0, SIGSET_BYTES);
            ErrnoException.check(r, Syscall.RT_SIGACTION, "signal " + signal);
        }
    }
}
