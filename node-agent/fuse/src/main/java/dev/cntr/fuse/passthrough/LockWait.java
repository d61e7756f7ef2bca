package dev.cntr.fuse.passthrough;

import dev.cntr.fuse.passthrough.LockHolder.Range;
import dev.cntr.fuse.session.Deferred;
import dev.cntr.linux.Errno;
import dev.cntr.linux.Interruption;
import dev.cntr.linux.Kernel;
import dev.cntr.linux.Scratch;
import dev.cntr.linux.Syscall;
import java.time.Duration;

/**
 * A request that waits for a lock, in a thread that the kernel lets sleep until it has it. Where this JVM cannot be woken from that, and where the
 * wait has an end, it asks again and again.
 */
final class LockWait implements Runnable {
    private static final int STACK_BYTES = 128 << 10;
    private static final Duration MOMENT = Duration.ofMillis(2);
    private static final long EAGAIN = Errno.EAGAIN.negative();
    private static final long EINTR = Errno.EINTR.negative();

    private final LockWaits all;
    private final Deferred deferred;
    private final int file;
    private final boolean flock;
    private final Range range;
    private final long patience;

    private volatile boolean interrupted;

    /** The thread while it may be asleep in the kernel; 0 before and after. Guarded by this. */
    private int asleep;

    LockWait(LockWaits all, Deferred deferred, int file, boolean flock, Range range, int patience) {
        this.all = all;
        this.deferred = deferred;
        this.file = file;
        this.flock = flock;
        this.range = range;
        this.patience = patience;
    }

    void start() {
        Thread.ofPlatform()
                .name("fuse-lock-wait")
                .daemon()
                .stackSize(STACK_BYTES)
                .start(this);
    }

    @Override
    public void run() {
        Kernel kernel = Kernel.current();
        long r = EINTR;
        try (Scratch s = new Scratch()) {
            long scratch = s.allocate(LockHolder.FLOCK_BYTES);
            boolean sleeps = patience == 0 && Interruption.isPossible();
            r = sleeps ? sleep(kernel, scratch) : ask(kernel, scratch);
        } finally {
            all.over(deferred.unique());
            end(r);
        }
    }

    private long sleep(Kernel kernel, long scratch) {
        asleep(Interruption.thisThread());
        long r = EINTR;
        while (!interrupted && r == EINTR) {
            r = LockHolder.set(kernel, file, flock, range, true, scratch);
        }
        asleep(0);
        return r;
    }

    private long ask(Kernel kernel, long scratch) {
        long end = System.nanoTime() + Duration.ofMillis(patience).toNanos();
        long r = EAGAIN;
        while (r == EAGAIN && !interrupted && (patience == 0 || System.nanoTime() - end < 0)) {
            moment();
            r = LockHolder.set(kernel, file, flock, range, false, scratch);
        }
        return r == EAGAIN && interrupted ? EINTR : r;
    }

    private static void moment() {
        try {
            Thread.sleep(MOMENT);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void asleep(int thread) {
        asleep = thread;
    }

    /** Ends the wait, unless it has the lock already. */
    synchronized void interrupt() {
        if (interrupted) {
            return;
        }
        interrupted = true;
        if (asleep != 0) {
            Interruption.of(asleep);
            // again, in case it was not asleep yet
            Thread.ofPlatform().name("fuse-lock-interrupt").daemon().start(this::interruptUntilAwake);
        }
    }

    private void interruptUntilAwake() {
        boolean awake = false;
        while (!awake) {
            moment();
            synchronized (this) {
                awake = asleep == 0;
                if (!awake) {
                    Interruption.of(asleep);
                }
            }
        }
    }

    /** Answers, and closes what it has open. A lock that its holder no longer knows of goes with that. */
    void end(long result) {
        deferred.answer(result);
        deferred.close();
        Kernel.current().call(Syscall.CLOSE, file);
    }
}
