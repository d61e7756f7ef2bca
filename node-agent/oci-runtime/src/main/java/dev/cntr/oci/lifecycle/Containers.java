package dev.cntr.oci.lifecycle;

import dev.cntr.linux.Architecture;
import dev.cntr.linux.ErrnoException;
import dev.cntr.linux.Fd;
import dev.cntr.linux.Kernel;
import dev.cntr.linux.Syscall;
import dev.cntr.linux.proc.IdMap;
import dev.cntr.linux.proc.Namespace;
import dev.cntr.linux.proc.PinnedProcess;
import dev.cntr.linux.proc.ProcessGoneException;
import dev.cntr.linux.program.Child;
import dev.cntr.linux.program.ControlSocket;
import dev.cntr.linux.program.FdTable;
import dev.cntr.linux.program.ProgramException;
import dev.cntr.oci.OciException;
import dev.cntr.oci.cgroup.ContainerCgroup;
import dev.cntr.oci.console.ConsoleSocket;
import dev.cntr.oci.spec.Spec;
import dev.cntr.oci.state.ContainerState;
import dev.cntr.oci.state.ContainerState.Status;
import dev.cntr.oci.state.StateDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The operations of the runtime specification on containers that outlive this program. */
public final class Containers {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Duration DEATH = Duration.ofSeconds(10);
    private static final int SIGKILL = 9;

    private final Path root;

    /** @param root where the state of all containers is */
    public Containers(Path root) {
        this.root = root;
    }

    /** A container with what has become of it. */
    public record Found(ContainerState state, Status status) {}

    /**
     * Creates a container: its process waits before its command.
     *
     * @param consoleSocket who gets its terminal; null where it has none
     * @return what could not be as the configuration has it
     * @throws OciException with the reason; nothing is left then
     */
    public List<String> create(String id, Path bundle, @Nullable Path consoleSocket, @Nullable Path pidFile) {
        StateDirectory.check(id);
        Spec spec = Spec.read(bundle);
        check(spec, consoleSocket);
        try (StateDirectory directory = StateDirectory.create(root, id)) {
            ContainerCgroup cgroup = null;
            try {
                cgroup = ContainerCgroup.at(id, spec.linux().cgroupsPath());
                return create(directory, spec, cgroup, consoleSocket, pidFile);
            } catch (RuntimeException e) {
                if (cgroup != null) {
                    cgroup.remove();
                }
                directory.remove();
                throw e instanceof OciException o ? o : new OciException("cannot create container " + id, e);
            }
        }
    }

    private static void check(Spec spec, @Nullable Path consoleSocket) {
        if (!Files.isDirectory(spec.rootfs())) {
            throw new OciException("config.json: root.path " + spec.rootfs() + " is not a directory");
        }
        if (spec.process().terminal() != (consoleSocket != null)) {
            throw new OciException(
                    consoleSocket == null
                            ? "config.json: process.terminal is true: name who gets the terminal with --console-socket"
                            : "--console-socket is given, but config.json has no process.terminal");
        }
    }

    private List<String> create(
            StateDirectory directory,
            Spec spec,
            ContainerCgroup cgroup,
            @Nullable Path consoleSocket,
            @Nullable Path pidFile) {
        cgroup.create(spec.linux().resources());
        InitProgram program = new InitProgram(spec, cgroup);
        FdTable fds = new FdTable().put(0, 0).put(1, 1).put(2, 2);
        Fd console = consoleSocket == null ? null : ConsoleSocket.connect(consoleSocket);
        try (Fd fifo = directory.makeFifo();
                ControlSocket control = ControlSocket.open()) {
            fds.put(InitProgram.FIFO, fifo);
            if (console != null) {
                fds.put(InitProgram.CONSOLE_SOCKET, console);
            }
            Init init = new Init(
                    program.compile(Architecture.current()),
                    fds,
                    helper -> place(helper, spec, cgroup),
                    pid -> map(pid, spec));
            Child child = birth(init, control);
            try (PinnedProcess process = PinnedProcess.open(child.pid())) {
                record(directory, spec, process, pidFile);
            } catch (RuntimeException e) {
                child.kill();
                child.await();
                throw e;
            }
            return program.warnings();
        } finally {
            if (console != null) {
                console.close();
            }
        }
    }

    private static Child birth(Init init, ControlSocket control) {
        try {
            return Birth.of(init, control, LIMIT);
        } catch (RuntimeException e) {
            control.close();
            Child.awaitAll();
            throw e instanceof ProgramException p
                    ? new OciException("cannot create the container: " + p.getMessage(), p)
                    : e;
        }
    }

    private static void place(int helper, Spec spec, ContainerCgroup cgroup) {
        cgroup.join(helper);
        if (spec.process().oomScoreAdjustment().isPresent()) {
            write(
                    Path.of("/proc/" + helper + "/oom_score_adj"),
                    Integer.toString(spec.process().oomScoreAdjustment().getAsInt()));
        }
    }

    private static void map(int pid, Spec spec) {
        if (spec.linux().makes(Namespace.USER)) {
            write(Path.of("/proc/" + pid + "/uid_map"), text(spec.linux().uidMappings()));
            write(Path.of("/proc/" + pid + "/gid_map"), text(spec.linux().gidMappings()));
        }
    }

    private static String text(IdMap map) {
        return map.ranges().stream()
                .map(r -> r.inside() + " " + r.outside() + " " + r.count() + "\n")
                .collect(Collectors.joining());
    }

    private static void write(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new OciException("cannot write " + text.strip() + " to " + file + ": " + e.getMessage(), e);
        }
    }

    private static void record(StateDirectory directory, Spec spec, PinnedProcess process, @Nullable Path pidFile) {
        if (pidFile != null) {
            write(pidFile, Integer.toString(process.pid()));
        }
        directory.write(new ContainerState(
                spec.version(),
                directory.id(),
                process.pid(),
                process.startTime(),
                spec.bundle().toString(),
                spec.rootfs().toString(),
                spec.linux().cgroupsPath(),
                Instant.now().toString(),
                spec.annotations()));
    }

    /** Lets a created container execute its command. */
    public void start(String id) {
        try (StateDirectory directory = StateDirectory.open(root, id)) {
            Status status = directory.status(state(directory));
            if (status != Status.CREATED) {
                throw new OciException("cannot start container " + id + ": it is " + status);
            }
            directory.releaseProcess();
        }
    }

    /** What has become of a container. */
    public Found find(String id) {
        try (StateDirectory directory = StateDirectory.open(root, id)) {
            ContainerState state = state(directory);
            return new Found(state, directory.status(state));
        }
    }

    /** All containers; one whose creation was cut short is left out. */
    public List<Found> list() {
        return StateDirectory.ids(root).stream()
                .flatMap(id -> known(id).stream())
                .toList();
    }

    private Optional<Found> known(String id) {
        try (StateDirectory directory = StateDirectory.open(root, id)) {
            return directory.read().map(state -> new Found(state, directory.status(state)));
        } catch (OciException e) {
            return Optional.empty(); // deleted meanwhile
        }
    }

    /**
     * Sends a signal to a container's first process.
     *
     * @param all to every process in its cgroup as well
     */
    public void kill(String id, int signal, boolean all) {
        try (StateDirectory directory = StateDirectory.open(root, id)) {
            ContainerState state = state(directory);
            if (all) {
                ContainerCgroup.at(id, state.cgroupsPath()).processes().forEach(pid -> signal(pid, signal));
                return;
            }
            try (PinnedProcess process = PinnedProcess.open(state.pid(), state.startTime())) {
                process.signal(signal);
            } catch (ProcessGoneException e) {
                throw new OciException("cannot signal container " + id + ": it is stopped", e);
            }
        }
    }

    private static void signal(int pid, int signal) {
        Kernel.current().call(Syscall.KILL, pid, signal); // ESRCH: it has ended
    }

    /**
     * Removes a stopped container, with its cgroups.
     *
     * @param force kills it first, and clears what a creation left that was cut short; then a container that does not exist
     *     is no error
     */
    public void delete(String id, boolean force) {
        StateDirectory.check(id);
        if (force && !StateDirectory.ids(root).contains(id)) {
            return;
        }
        try (StateDirectory directory = StateDirectory.open(root, id)) {
            Optional<ContainerState> state = directory.read();
            if (state.isEmpty() && !force) {
                throw cutShort(id);
            }
            state.ifPresent(s -> end(directory, s, force));
            ContainerCgroup cgroup = ContainerCgroup.at(id, state.flatMap(ContainerState::cgroupsPath));
            cgroup.processes().forEach(pid -> signal(pid, SIGKILL));
            cgroup.remove();
            directory.remove();
        }
    }

    private static void end(StateDirectory directory, ContainerState state, boolean force) {
        Status status = directory.status(state);
        if (status == Status.STOPPED) {
            return;
        }
        if (status == Status.RUNNING && !force) {
            throw new OciException(
                    "cannot delete container " + state.id() + ": it is running; stop it, or use --force");
        }
        try (PinnedProcess process = PinnedProcess.open(state.pid(), state.startTime())) {
            process.signal(SIGKILL);
            if (!process.awaitExit(DEATH)) {
                throw new OciException("container " + state.id() + " does not die: process " + state.pid()
                        + " is stuck in the kernel, or its cgroup is frozen");
            }
        } catch (ProcessGoneException | ErrnoException e) {
            // it has ended meanwhile
        }
    }

    private static ContainerState state(StateDirectory directory) {
        return directory.read().orElseThrow(() -> cutShort(directory.id()));
    }

    private static OciException cutShort(String id) {
        return new OciException("the creation of container " + id + " was cut short; delete it with --force");
    }
}
