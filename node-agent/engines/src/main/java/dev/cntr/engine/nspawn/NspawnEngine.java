package dev.cntr.engine.nspawn;

import dev.cntr.engine.ContainerRef;
import dev.cntr.engine.Engine;
import dev.cntr.engine.EngineException;
import dev.cntr.engine.ListedContainer;
import dev.cntr.engine.Match;
import dev.cntr.engine.RunningContainer;
import dev.cntr.engine.process.ProcessTable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** Containers of systemd-nspawn(1). A machine has no id but its name. */
public final class NspawnEngine implements Engine {
    public static final String NAME = "nspawn";

    private static final Path MACHINES = Path.of("/run/systemd/machines");
    private static final Path PROGRAM = Path.of("/usr/bin/systemd-nspawn");

    private final Path machines;
    private final Supplier<ProcessTable> processes;
    private final boolean installed;

    NspawnEngine(Path machines, Supplier<ProcessTable> processes, boolean installed) {
        this.machines = machines;
        this.processes = processes;
        this.installed = installed;
    }

    /** Those of this machine. */
    public static NspawnEngine find() {
        return new NspawnEngine(MACHINES, ProcessTable::read, Files.exists(PROGRAM));
    }

    @Override
    public String version() {
        return "systemd-nspawn";
    }

    @Override
    public RunningContainer running(String id) {
        Integer pid = leaders().get(id);
        if (pid == null) {
            throw new EngineException.NotFound(NAME, id);
        }
        return new RunningContainer(ref(id), payload(pid), "", Map.of(), Optional.empty());
    }

    @Override
    public RunningContainer find(String reference) {
        return running(Match.one(NAME, reference, list()).id());
    }

    @Override
    public List<ListedContainer> list() {
        Map<String, Integer> leaders = leaders();
        if (leaders.isEmpty() && !installed && !Files.exists(machines)) {
            throw new EngineException.Absent(
                    "systemd-nspawn is not installed: there is neither " + PROGRAM + " nor " + machines);
        }
        return leaders.keySet().stream()
                .map(name -> new ListedContainer(ref(name), true, "running", ""))
                .toList();
    }

    private static ContainerRef ref(String name) {
        return new ContainerRef(NAME, name, name);
    }

    private Map<String, Integer> leaders() {
        Map<String, Integer> leaders = registered();
        ProcessTable table = processes.get();
        for (ProcessTable.Entry p : table.all()) {
            if (p.command().equals("systemd-nspawn")) {
                List<ProcessTable.Entry> children = table.children(p.pid());
                name(p).filter(n -> !children.isEmpty())
                        .ifPresent(
                                n -> leaders.putIfAbsent(n, children.getFirst().pid()));
            }
        }
        return leaders;
    }

    /** The name that systemd-nspawn(1) gives a machine: {@code -M}, else the last part of its directory or image. */
    private static Optional<String> name(ProcessTable.Entry nspawn) {
        return nspawn.option("--machine", "-M")
                .or(() -> nspawn.option("--directory", "-D")
                        .map(d -> Path.of(d).normalize().getFileName())
                        .map(Path::toString)
                        .or(() -> nspawn.option("--image", "-i")
                                .map(i -> Path.of(i).getFileName().toString().replaceFirst("\\.raw$", ""))));
    }

    /** machined's own files; "private data", but the same since systemd 205, and machined answers on D-Bus only. */
    private Map<String, Integer> registered() {
        Map<String, Integer> leaders = new LinkedHashMap<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(
                machines, f -> !f.getFileName().toString().contains(":"))) {
            for (Path file : files) {
                Map<String, String> machine = variables(file);
                if ("container".equals(machine.get("CLASS"))
                        && machine.getOrDefault("LEADER", "").matches("[1-9]\\d{0,8}")) {
                    leaders.put(file.getFileName().toString(), Integer.parseInt(machine.get("LEADER")));
                }
            }
        } catch (IOException e) {
            return leaders; // no machined, or a machine that has just ended
        }
        return leaders;
    }

    private static Map<String, String> variables(Path file) throws IOException {
        Map<String, String> variables = new HashMap<>();
        for (String line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
            int equals = line.indexOf('=');
            if (equals > 0 && !line.startsWith("#")) {
                variables.put(
                        line.substring(0, equals), line.substring(equals + 1).replaceAll("^\"|\"$", ""));
            }
        }
        return variables;
    }

    /**
     * With {@code --as-pid2} the first process is a stub of nspawn itself, which has the environment of whoever
     * started nspawn: its eldest child is the container's.
     */
    private int payload(int leader) {
        ProcessTable table = processes.get();
        boolean stub = table.all().stream()
                .anyMatch(p -> p.pid() == leader && p.command().equals("(sd-stubinit)"));
        List<ProcessTable.Entry> children = stub ? table.children(leader) : List.of();
        return children.isEmpty() ? leader : children.getFirst().pid();
    }

    @Override
    public void close() {}
}
