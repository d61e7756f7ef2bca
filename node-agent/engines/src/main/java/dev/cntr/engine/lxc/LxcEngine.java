package dev.cntr.engine.lxc;

import dev.cntr.engine.ContainerRef;
import dev.cntr.engine.Engine;
import dev.cntr.engine.EngineException;
import dev.cntr.engine.ListedContainer;
import dev.cntr.engine.Match;
import dev.cntr.engine.RunningContainer;
import dev.cntr.linux.Errno;
import dev.cntr.linux.ErrnoException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * LXC's running containers, of all users and directories: those whose monitors have a socket. A container's id is
 * {@code DIRECTORY/NAME}, its name {@code NAME}.
 */
public final class LxcEngine implements Engine {
    public static final String NAME = "lxc";

    private static final Path SOCKETS = Path.of("/proc/net/unix");
    private static final List<Path> PROGRAMS = List.of(Path.of("/usr/bin/lxc-start"), Path.of("/usr/bin/lxc-info"));

    /** {@code lxc_container_state} of LXC's {@code src/lxc/state.h}. */
    private static final List<String> STATES =
            List.of("stopped", "starting", "running", "stopping", "aborting", "freezing", "frozen", "thawed");

    private static final int RUNNING = 2;

    /** In /proc/net/unix, unix(7): an abstract socket's name begins with @. */
    private static final Pattern SOCKET = Pattern.compile(" @((/\\S+)/([^/\\s]+))/command$");

    private final Path sockets;
    private final boolean installed;

    LxcEngine(Path sockets, boolean installed) {
        this.sockets = sockets;
        this.installed = installed;
    }

    /** Those of this machine. */
    public static LxcEngine find() {
        return new LxcEngine(SOCKETS, PROGRAMS.stream().anyMatch(Files::exists));
    }

    @Override
    public String version() {
        return "lxc";
    }

    @Override
    public RunningContainer running(String id) {
        ContainerRef ref = new ContainerRef(NAME, id, id.substring(id.lastIndexOf('/') + 1));
        int state = (int) ask(ref, CommandSocket.GET_STATE);
        if (state != RUNNING) {
            throw new EngineException.NotRunning(
                    ref, "it is " + (state < 0 || state >= STATES.size() ? "in state " + state : STATES.get(state)));
        }
        long pid = ask(ref, CommandSocket.GET_INIT_PID);
        if (pid <= 0 || pid > Integer.MAX_VALUE) {
            throw new EngineException.NotRunning(ref, "it is about to start, or to end");
        }
        return new RunningContainer(ref, (int) pid, "", Map.of(), Optional.empty());
    }

    private static long ask(ContainerRef ref, int command) {
        try {
            return CommandSocket.ask(ref.id() + "/command", command);
        } catch (ErrnoException e) {
            if (e.errno() == Errno.ECONNREFUSED) {
                throw new EngineException.NotFound(NAME, ref.id());
            }
            throw new EngineException.Unreachable(
                    "the monitor of " + ref + " does not answer"
                            + (e.errno() == Errno.EPROTO ? ": it answers its own user and root only" : ""),
                    e);
        }
    }

    @Override
    public RunningContainer find(String reference) {
        return running(Match.one(NAME, reference, list()).id());
    }

    /** Those that are stopped have no monitor. */
    @Override
    public List<ListedContainer> list() {
        List<ListedContainer> containers;
        try (var lines = Files.lines(sockets, StandardCharsets.ISO_8859_1)) {
            containers = lines.map(SOCKET::matcher)
                    .filter(Matcher::find)
                    .map(m -> new ContainerRef(NAME, m.group(1), m.group(3)))
                    .distinct()
                    .map(ref -> new ListedContainer(ref, true, "running", ""))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + sockets, e);
        }
        if (containers.isEmpty() && !installed) {
            throw new EngineException.Absent("LXC is not installed: there is neither " + PROGRAMS.getFirst()
                    + " nor a socket of a container's monitor");
        }
        return containers;
    }

    @Override
    public void close() {}
}
