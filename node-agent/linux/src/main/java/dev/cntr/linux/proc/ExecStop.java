package dev.cntr.linux.proc;

import dev.cntr.linux.ErrnoException;
import dev.cntr.linux.Syscall;
import dev.cntr.linux.ThrowAwayThread;
import dev.cntr.linux.Tracee;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Stops a process between its next execve(2) and the new program's first instruction, as SIGSTOP does: nobody traces it afterwards, so a debugger may, and SIGCONT
 * lets it go on. Meant for a container's init, which waits to become the container's own program.
 */
public final class ExecStop {
    private static final int SIGSTOP = 19;
    private static final long PAUSE_NANOS = 100_000;

    /** Between two questions whether it runs. */
    private static final long ASKED_NANOS = 20_000_000;

    /** From the word of who starts it that it runs, to its execve. */
    private static final long STARTED_NANOS = 200_000_000;

    private ExecStop() {}

    /**
     * Waits for the execve and stops it there.
     *
     * @param runs asked now and then: whether the process is known to run the new program, so that there is no execve to come any more
     * @return false where it did not come in time; the process then goes on as it was
     * @throws ProcessGoneException where it has ended
     * @throws ErrnoException where it cannot be traced: EPERM where somebody else traces it
     */
    public static boolean await(PinnedProcess process, Duration limit, BooleanSupplier runs) {
        return ThrowAwayThread.call(
                "exec of " + process.pid(), () -> await(process, new Tracee(process.pid()), limit, runs));
    }

    private static boolean await(PinnedProcess process, Tracee tracee, Duration limit, BooleanSupplier runs) {
        long seized = tracee.seize(Tracee.TRACE_EXEC);
        if (seized < 0 && process.exited()) { // EPERM while it is a zombie, ESRCH later
            throw gone(process);
        }
        ErrnoException.check(seized, Syscall.PTRACE, process + ", to stop it at its execve");
        process.verify(); // what was seized has that pid, and is this process if that lives
        long asked = System.nanoTime();
        long end = asked + limit.toNanos();
        while (System.nanoTime() - end < 0) {
            OptionalInt status = tracee.poll();
            if (status.isEmpty()) {
                long now = System.nanoTime();
                if (now - asked > ASKED_NANOS && end - now > STARTED_NANOS) {
                    asked = now;
                    end = runs.getAsBoolean() ? now + STARTED_NANOS : end;
                }
                LockSupport.parkNanos(PAUSE_NANOS);
                continue;
            }
            Tracee.Wait wait = new Tracee.Wait(status.getAsInt());
            if (!wait.stopped()) {
                throw gone(process);
            }
            if (wait.executed()) {
                process.signal(SIGSTOP); // pending: taken before it gets back to its first instruction
                tracee.detach(0);
                return true;
            }
            if (wait.groupStop()) {
                tracee.listen();
            } else {
                tracee.resume(wait.signal());
            }
        }
        return false; // the end of this thread detaches it
    }

    private static ProcessGoneException gone(PinnedProcess process) {
        return new ProcessGoneException(process + " has ended before it executed the container's program");
    }
}
