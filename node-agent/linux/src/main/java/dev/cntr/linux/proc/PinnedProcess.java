package dev.cntr.linux.proc;

import dev.cntr.linux.Errno;
import dev.cntr.linux.ErrnoException;
import dev.cntr.linux.Event;
import dev.cntr.linux.Fd;
import dev.cntr.linux.Kernel;
import dev.cntr.linux.Poll;
import dev.cntr.linux.Syscall;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One process, and never another that got its pid later: a pidfd, pidfd_open(2), and a descriptor of its /proc directory
 * that was opened while the pidfd said it lives.
 */
public final class PinnedProcess implements AutoCloseable {
    private final int pid;
    private final long startTime;
    private final Fd pidfd;
    private final ProcessFiles files;

    private @Nullable Watch watch;

    private PinnedProcess(int pid, long startTime, Fd pidfd, ProcessFiles files) {
        this.pid = pid;
        this.startTime = startTime;
        this.pidfd = pidfd;
        this.files = files;
    }

    /**
     * Pins the process that has a pid now.
     *
     * @throws ProcessGoneException when there is none, or it is dead already
     * @throws ErrnoException for other failures: EINVAL where the number is a thread's, not a process's
     */
    public static PinnedProcess open(int pid) {
        long r = Kernel.current().call(Syscall.PIDFD_OPEN, pid, 0);
        if (r == Errno.ESRCH.negative()) {
            throw new ProcessGoneException("no process has pid " + pid);
        }
        Fd pidfd = Fd.of(r, Syscall.PIDFD_OPEN, "pid " + pid);
        try {
            return pin(pid, pidfd);
        } catch (RuntimeException e) {
            pidfd.close();
            throw e;
        }
    }

    private static PinnedProcess pin(int pid, Fd pidfd) {
        ProcessFiles files;
        try {
            files = ProcessFiles.open(pid);
        } catch (ErrnoException e) {
            throw exited(pidfd) ? gone(pid) : e;
        }
        try {
            PinnedProcess process = new PinnedProcess(pid, files.stat().startTime(), pidfd, files);
            process.verify();
            return process;
        } catch (RuntimeException e) {
            files.close();
            throw exited(pidfd) ? gone(pid) : e;
        }
    }

    /**
     * Pins a process that was seen earlier.
     *
     * @param startTime as {@link #startTime()} gave it then
     * @throws ProcessGoneException also where the pid is another process's by now
     */
    public static PinnedProcess open(int pid, long startTime) {
        PinnedProcess process = open(pid);
        if (process.startTime != startTime) {
            process.close();
            throw new ProcessGoneException("pid " + pid + " belongs to another process by now: it started at tick "
                    + process.startTime + ", the one that was meant at " + startTime);
        }
        return process;
    }

    public int pid() {
        return pid;
    }

    /** Clock ticks since boot. */
    public long startTime() {
        return startTime;
    }

    /** The pidfd, still owned by this. */
    public Fd fd() {
        return pidfd;
    }

    /** Its /proc directory, still owned by this. */
    public ProcessFiles files() {
        return files;
    }

    /**
     * Makes sure that it lives. What was read of it before this call was its own.
     *
     * @throws ProcessGoneException where it has ended
     */
    public void verify() {
        if (exited()) {
            throw gone(pid);
        }
    }

    private static ProcessGoneException gone(int pid) {
        return new ProcessGoneException("process " + pid + " has ended");
    }

    /** Whether it has ended; a zombie has. */
    public boolean exited() {
        return exited(pidfd);
    }

    private static boolean exited(Fd pidfd) {
        return Poll.await(pidfd, Poll.IN, Duration.ZERO) != 0;
    }

    /** Blocks the platform thread until it has ended, or the time is up; gives whether it has ended. */
    public boolean awaitExit(Duration timeout) {
        return Poll.await(pidfd, Poll.IN, timeout) != 0;
    }

    /**
     * Completes when it has ended; is cancelled when this is closed before. One thread waits for all who ask.
     */
    public synchronized CompletableFuture<Void> onExit() {
        if (watch == null) {
            watch = new Watch(pidfd.duplicate(), Event.open());
            Thread.ofPlatform().name("exit of " + pid).daemon().start(watch);
        }
        return watch.exit.copy();
    }

    /**
     * Sends it a signal, pidfd_send_signal(2).
     *
     * @return false where it has ended
     */
    public boolean signal(int signal) {
        long r = Kernel.current().call(Syscall.PIDFD_SEND_SIGNAL, pidfd.number(), signal, 0, 0);
        if (r == Errno.ESRCH.negative()) {
            return false;
        }
        ErrnoException.check(r, Syscall.PIDFD_SEND_SIGNAL, "signal " + signal + " to process " + pid);
        return true;
    }

    @Override
    public synchronized void close() {
        if (watch != null) {
            watch.stop();
        }
        files.close();
        pidfd.close();
    }

    @Override
    public String toString() {
        return "process " + pid + " (started at tick " + startTime + ")";
    }

    /** Waits on a descriptor of its own, so that closing the process cannot take it away under the wait. */
    private static final class Watch implements Runnable {
        final CompletableFuture<Void> exit = new CompletableFuture<>();
        private final Fd pidfd;
        private final Event closed;
        private boolean done;

        Watch(Fd pidfd, Event closed) {
            this.pidfd = pidfd;
            this.closed = closed;
        }

        @Override
        public void run() {
            int[] ready = Poll.await(
                    List.of(new Poll.Interest(pidfd, Poll.IN), new Poll.Interest(closed.fd(), Poll.IN)), null);
            synchronized (this) {
                done = true;
                pidfd.close();
                closed.close();
            }
            if (ready[0] == 0) {
                exit.cancel(false);
            } else {
                exit.complete(null);
            }
        }

        synchronized void stop() {
            if (!done) {
                closed.raise();
            }
        }
    }
}
