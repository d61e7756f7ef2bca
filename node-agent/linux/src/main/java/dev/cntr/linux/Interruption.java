package dev.cntr.linux;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/**
 * Has a system call in which another thread of this process waits fail with EINTR, by the signal with which the JDK wakes its own threads from such
 * calls ({@code sun.nio.ch.NativeThread}: a handler that does nothing, without SA_RESTART). A signal that comes before the call has begun
 * is lost: it has to be sent until its effect is seen.
 */
public final class Interruption {
    /** {@code SIGRTMAX - 2}, as glibc and musl number signals. */
    private static final int SIGNAL = 62;

    private static final int SIGSET_BYTES = 8;
    private static final int SIGACTION_BYTES = 32;
    private static final int FLAGS = 8;
    private static final long SA_RESTART = 0x10000000;
    private static final long SIG_IGN = 1;

    private static final boolean POSSIBLE = handles();

    private Interruption() {}

    /** Whether this JVM has that handler: without it the signal would end the process. */
    public static boolean isPossible() {
        return POSSIBLE;
    }

    private static boolean handles() {
        // has the JDK install it
        try (FileChannel _ = FileChannel.open(Path.of("/dev/null"))) {
            return installed();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean installed() {
        try (Scratch s = new Scratch()) {
            long action = s.allocate(SIGACTION_BYTES);
            long r = Kernel.current().call(Syscall.RT_SIGACTION, SIGNAL, 0, action, SIGSET_BYTES);
            return r == 0
                    && Long.compareUnsigned(Memory.getLong(action), SIG_IGN) > 0
                    && (Memory.getLong(action + FLAGS) & SA_RESTART) == 0;
        }
    }

    /** The calling thread's id, for {@link #of}. */
    public static int thisThread() {
        return (int) Kernel.current().call(Syscall.GETTID);
    }

    /**
     * Interrupts a thread, tgkill(2), which must not have ended: its number could be another's.
     *
     * @throws IllegalStateException where that is not {@link #isPossible()}
     */
    public static void of(int thread) {
        if (!POSSIBLE) {
            throw new IllegalStateException("this JVM has no handler for signal " + SIGNAL);
        }
        Kernel kernel = Kernel.current();
        kernel.call(Syscall.TGKILL, kernel.call(Syscall.GETPID), thread, SIGNAL);
    }
}
