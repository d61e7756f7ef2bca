package dev.cntr.oci.lifecycle;

import dev.cntr.linux.Event;
import dev.cntr.linux.Kernel;
import dev.cntr.linux.Poll;
import dev.cntr.linux.Syscall;
import dev.cntr.linux.proc.PinnedProcess;
import dev.cntr.linux.program.Child;
import dev.cntr.linux.program.ControlSocket;
import dev.cntr.linux.program.Exit;
import dev.cntr.linux.program.ProgramException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * A container of this JVM: created (its process is set up and waits before its execve), then running, then stopped. It
 * does not outlive the JVM.
 *
 * <p>One platform thread spawns the process, waits for it and lives as long as it: the kernel ties both the right to wait
 * ({@code __WNOTHREAD}) and the death signal (prctl(2) PR_SET_PDEATHSIG) to the thread, not to the JVM.
 */
public final class CreatedContainer implements AutoCloseable {
    /** What has become of a container. */
    public enum Status {
        CREATED,
        RUNNING,
        STOPPED
    }

    private static final int SIGKILL = 9;

    private final Init init;
    private final Duration limit;
    private final Event wake = Event.open();
    private final CompletableFuture<PinnedProcess> created = new CompletableFuture<>();
    private final CompletableFuture<Exit> exit = new CompletableFuture<>();
    private final CompletableFuture<Void> gone = new CompletableFuture<>();

    private volatile Status status = Status.CREATED;

    private CreatedContainer(Init init, Duration limit) {
        this.init = init;
        this.limit = limit;
    }

    /**
     * Creates a container and waits until its process is parked. The descriptors of the init may be closed after that.
     *
     * @param name of its thread
     * @param limit for each step that Java waits for
     * @throws ProgramException when a step failed, or took too long; nothing is left then
     */
    public static CreatedContainer create(String name, Init init, Duration limit) {
        CreatedContainer container = new CreatedContainer(init, limit);
        Thread.ofPlatform().name(name).daemon().start(container::run);
        try {
            container.created.join();
            return container;
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException r ? r : e;
        }
    }

    /** Its process. It is closed with this container. */
    public PinnedProcess process() {
        return created.join();
    }

    public Status status() {
        return status;
    }

    /** Lets the process execute its command. Whether it could is told by {@link #exit()}. A second time does nothing. */
    public synchronized void start() {
        if (status == Status.CREATED) {
            wake.raise();
        }
    }

    /**
     * How it ended: completes as soon as the process is dead. {@link Exit.NotExecuted} where its command could not be
     * executed.
     */
    public CompletableFuture<Exit> exit() {
        return exit.copy();
    }

    /** Sends a signal to the process; gives false where it has ended. */
    public synchronized boolean signal(int signal) {
        return status != Status.STOPPED && process().signal(signal);
    }

    /** Sends a signal to the process group that it was given, whose number stays taken until the process is reaped. */
    public synchronized void signalGroup(int signal) {
        if (status != Status.STOPPED) {
            Kernel.current().call(Syscall.KILL, -process().pid(), signal);
        }
    }

    /** Kills it with all that it left behind, and waits until nothing of it is there any more. */
    @Override
    public void close() {
        signal(SIGKILL);
        gone.join();
    }

    private void run() {
        try (ControlSocket control = ControlSocket.open()) {
            supervise(control, Birth.of(init, control, limit));
        } catch (RuntimeException | Error e) {
            stopped();
            created.completeExceptionally(e);
            exit.completeExceptionally(e);
        } finally {
            Child.awaitAll(); // of a creation that failed; else there is none
            wake.close();
            gone.complete(null);
        }
    }

    private synchronized void running() {
        status = Status.RUNNING;
    }

    private synchronized void stopped() {
        status = Status.STOPPED;
    }

    private void supervise(ControlSocket control, Child child) {
        try (PinnedProcess process = PinnedProcess.open(child.pid());
                Leftovers leftovers = Leftovers.of(process)) {
            created.complete(process);
            Optional<Watcher> watcher = leftovers.namespace().map(ns -> Watcher.start(ns, init.place()));
            try {
                exit.complete(runToEnd(control, child));
                leftovers.kill();
            } finally {
                watcher.ifPresent(Watcher::close);
            }
        } catch (RuntimeException | Error e) {
            child.kill();
            throw e;
        }
    }

    private Exit runToEnd(ControlSocket control, Child child) {
        Exit failed = null;
        List<Poll.Interest> ended =
                List.of(new Poll.Interest(wake.fd(), Poll.IN), new Poll.Interest(control.ours(), Poll.IN));
        if (Poll.await(ended, null)[0] != 0) {
            running();
            try {
                control.send(Birth.GO);
                control.receive(init.program(), limit); // its end: execve closed it, or death
            } catch (ProgramException e) {
                failed = NotExecuted.because(e);
                child.kill(); // where it hangs in execve
            }
        }
        child.awaitEnd();
        stopped(); // before its pid can be another's
        Exit end = child.await();
        return failed == null ? end : failed;
    }
}
