package dev.cntr.attach;

import dev.cntr.attach.exec.SessionMount;
import dev.cntr.linux.Architecture;
import dev.cntr.linux.ErrnoException;
import dev.cntr.linux.Fd;
import dev.cntr.linux.FdChannel;
import dev.cntr.linux.OpenFlag;
import dev.cntr.linux.cgroup.CgroupException;
import dev.cntr.linux.cgroup.Cgroups;
import dev.cntr.linux.cgroup.SiblingCgroup;
import dev.cntr.linux.mount.Mount;
import dev.cntr.linux.mount.MountAttribute;
import dev.cntr.linux.mount.Propagation;
import dev.cntr.linux.proc.PinnedProcess;
import dev.cntr.linux.program.Exit;
import dev.cntr.linux.program.FdTable;
import dev.cntr.linux.program.ProgramException;
import dev.cntr.linux.terminal.WindowSize;
import dev.cntr.oci.lifecycle.CreatedContainer;
import dev.cntr.oci.lifecycle.Init;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A process beside a running container: in its world, with other tools at the root. It ends when it is closed, when the
 * target ends, and when this JVM dies. Of this JVM it holds nothing but its terminal or pipes.
 */
public final class DebugContainer implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(15);
    /** How long a hung-up shell has to end by itself. */
    private static final long GRACE_MILLIS = 500;

    private static final String NO_EXEC = "the tools have no directory " + SessionMount.DIRECTORY
            + ", so that `cntr exec` is not there inside; make one to have it";

    private static final int SIGHUP = 1;
    private static final int SIGCONT = 18;
    private static final int SIGKILL = 9;

    private final CreatedContainer container;
    private final Streams streams;
    private final List<String> warnings;
    private final CompletableFuture<Void> targetGone;
    /** Answers its processes; null where it has no {@code cntr} of its own. */
    private @Nullable ExecServer exec;
    /** Null where it is in its target's. */
    private @Nullable SiblingCgroup cgroup;

    private DebugContainer(
            CreatedContainer container, Streams streams, List<String> warnings, CompletableFuture<Void> targetGone) {
        this.container = container;
        this.streams = streams;
        this.warnings = warnings;
        this.targetGone = targetGone;
    }

    /**
     * Makes one, and leaves it set up and waiting for {@link #start()}.
     *
     * @param target stays the caller's; it may be closed when this is
     * @param toolsMount a detached mount that becomes the root, with a directory {@code var/lib/cntr}; it is consumed, also
     *     where this fails
     * @throws AttachException with the reason; nothing is left then
     * @throws dev.cntr.linux.proc.ProcessGoneException where the target has ended
     */
    public static DebugContainer create(PinnedProcess target, Fd toolsMount, Command command) {
        try (Mount tools = Mount.of(toolsMount)) {
            // Private: pivot_root(2) refuses a shared one, as a clone of a shared mount is.
            tools.change(
                    Set.of(MountAttribute.MOUNT_ATTR_NOSUID, MountAttribute.MOUNT_ATTR_NODEV),
                    Set.of(),
                    Propagation.MS_PRIVATE,
                    Mount.Extent.TREE);
            return create(target, tools, command);
        } catch (ErrnoException | CgroupException e) {
            target.verify();
            throw new AttachException("cannot attach to " + target + ": " + e.getMessage(), e);
        }
    }

    private static DebugContainer create(PinnedProcess target, Mount tools, Command command) {
        Target snapshot = Target.of(target);
        if (command.cgroup().isEmpty()) {
            return create(snapshot, tools, command);
        }
        SiblingCgroup own = command.cgroup().get().beside(snapshot);
        try {
            Target elsewhere = snapshot.in(own.cgroups(), OwnCgroup.OOM_SCORE_ADJUSTMENT);
            DebugContainer made = create(elsewhere, tools, command);
            made.cgroup = own;
            return made;
        } catch (RuntimeException | Error e) {
            own.close();
            throw e;
        }
    }

    private static DebugContainer create(Target snapshot, Mount tools, Command command) {
        FdTable fds = new FdTable().put(AttachProgram.TOOLS, tools.fd());
        if (!hasPlace(tools)) {
            AttachPlan plan = AttachPlan.of(snapshot, command).warning(NO_EXEC);
            return create(plan, fds, Streams.open(plan, command));
        }
        Command session = command.withPath(SessionMount.DIRECTORY + ":" + command.path());
        SessionMount own = SessionMount.make();
        try (Mount mount = own.mount()) {
            AttachPlan plan = AttachPlan.of(snapshot, session);
            DebugContainer made = create(plan, fds.put(AttachProgram.SESSION, mount.fd()), Streams.open(plan, session));
            SessionRights rights = new SessionRights(plan, made.container.process());
            made.exec = new ExecServer(own.socket(), plan, session, rights);
            return made;
        } catch (RuntimeException | Error e) {
            own.socket().close();
            throw e;
        }
    }

    private static boolean hasPlace(Mount tools) {
        String place = SessionMount.DIRECTORY.substring(1);
        OpenFlag[] flags = {OpenFlag.O_PATH, OpenFlag.O_DIRECTORY, OpenFlag.O_NOFOLLOW};
        try (Fd _ = Fd.open(tools.fd(), place, flags)) {
            return true;
        } catch (ErrnoException e) {
            return false;
        }
    }

    /**
     * Makes one without tools, in the target's own tree and with its own PATH: what the container itself could run.
     *
     * @param target stays the caller's; it may be closed when this is
     * @throws AttachException with the reason; nothing is left then
     * @throws dev.cntr.linux.proc.ProcessGoneException where the target has ended
     */
    public static DebugContainer createInTarget(PinnedProcess target, Command command) {
        Command inside = command.inTargetsTree();
        try {
            AttachPlan plan = AttachPlan.of(Target.of(target), inside);
            return createInTarget(plan, Streams.open(plan, inside));
        } catch (ErrnoException e) {
            target.verify();
            throw new AttachException("cannot attach to " + target + ": " + e.getMessage(), e);
        }
    }

    /** The same of a plan that is made already, with streams that are its own from now on. */
    static DebugContainer createInTarget(AttachPlan plan, Streams streams) {
        return create(plan, new FdTable(), streams);
    }

    private static DebugContainer create(AttachPlan plan, FdTable fds, Streams streams) {
        Target target = plan.target();
        try {
            streams.giveTo(fds.put(AttachProgram.PIDFD, target.process().fd()));
            Init init =
                    new Init(AttachProgram.compile(plan, Architecture.current()), fds, helper -> place(target, helper));
            CreatedContainer container =
                    CreatedContainer.create("debug of " + target.process().pid(), init, LIMIT);
            streams.handedOver();
            CompletableFuture<Void> gone = target.process().onExit();
            gone.thenRun(() -> container.signal(SIGKILL));
            return new DebugContainer(container, streams, plan.warnings(), gone);
        } catch (ProgramException e) {
            streams.close();
            target.process().verify();
            throw AttachException.of(target, e);
        } catch (RuntimeException | Error e) {
            streams.close();
            throw e;
        }
    }

    /** Everything that is done from outside, by pid: cgroups, and the score of the out-of-memory killer. */
    private static void place(Target target, int helper) {
        List<Cgroups.Failure> failures = target.cgroups().join(helper);
        if (!failures.isEmpty()) {
            throw new AttachException("cannot attach to " + target.process() + ": cannot join its cgroup: "
                    + failures.getFirst().error().getMessage());
        }
        try {
            Files.writeString(
                    Path.of("/proc/" + helper + "/oom_score_adj"), Integer.toString(target.oomScoreAdjustment()));
        } catch (IOException e) {
            throw new AttachException("cannot give the process the target's oom_score_adj: " + e.getMessage(), e);
        }
    }

    /** What is not exactly as in the target, in words. */
    public List<String> warnings() {
        return warnings;
    }

    /** The process, as seen from here. */
    public int pid() {
        return container.process().pid();
    }

    /** Executes the command. Whether it could is told by {@link #exit()}. */
    public void start() {
        container.start();
    }

    /** Where its input is written; null after {@link #closeStdin()}. With a terminal it is the same as the output. */
    public @Nullable FdChannel stdin() {
        return streams.stdin();
    }

    /** Where its output is read; it ends when the last process that holds it has ended. */
    public FdChannel stdout() {
        return streams.stdout();
    }

    /** Where its error output is read; null with a terminal, where both are one. */
    public @Nullable FdChannel stderr() {
        return streams.stderr();
    }

    /** Ends its input: closes the pipe, or types the terminal's end-of-file character. */
    public void closeStdin() {
        streams.closeStdin();
    }

    /** Tells it the terminal's new size; without a terminal it does nothing. */
    public void resize(WindowSize size) {
        streams.resize(size);
    }

    /** Sends a signal to the command, before its end. */
    public void signal(int signal) {
        container.signal(signal);
    }

    /** Sends a signal to the command's process group, before its end. */
    void signalGroup(int signal) {
        container.signalGroup(signal);
    }

    /** How many of its processes were killed since they needed more memory than its own limit; 0 where it has none. */
    public long killedForMemory() {
        return cgroup == null ? 0 : cgroup.killedForMemory();
    }

    /** How the command ended, as soon as it has: {@link Exit.NotExecuted} (126, 127) where it could not be executed. */
    public CompletableFuture<Exit> exit() {
        return container.exit();
    }

    /**
     * Ends it with all that it left behind, and waits until nothing of it is there any more. A shell on a terminal is hung
     * up first, so that it can hang up its jobs and save its history.
     */
    @Override
    public void close() {
        targetGone.cancel(false);
        if (streams.terminal() && container.status() == CreatedContainer.Status.RUNNING) {
            container.signalGroup(SIGHUP);
            container.signalGroup(SIGCONT);
            streams.close(); // a shell that waits for a line sees the end only now
            awaitExit();
        }
        container.signalGroup(SIGKILL);
        container.close();
        if (exec != null) {
            exec.close();
            exec = null;
        }
        streams.close();
        if (cgroup != null) {
            cgroup.close();
        }
    }

    private void awaitExit() {
        try {
            container.exit().get(GRACE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            // it is killed next
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
