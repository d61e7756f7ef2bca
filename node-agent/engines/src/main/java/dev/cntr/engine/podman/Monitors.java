package dev.cntr.engine.podman;

import dev.cntr.engine.ContainerRef;
import dev.cntr.engine.ListedContainer;
import dev.cntr.engine.RunningContainer;
import dev.cntr.engine.process.ProcessTable;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Podman's running containers as the processes that watch over them tell, conmon(8). */
record Monitors(List<Monitored> containers) {
    /** A container, and its first process: the eldest child of its monitor. */
    record Monitored(ContainerRef ref, int pid) {
        ListedContainer listed() {
            return new ListedContainer(ref, true, "running", "");
        }

        RunningContainer running() {
            return new RunningContainer(ref, pid, "", Map.of(), Optional.empty());
        }
    }

    static Monitors of(ProcessTable table) {
        return new Monitors(table.all().stream()
                .filter(p -> p.command().equals("conmon"))
                .flatMap(p -> monitored(p, table).stream())
                .toList());
    }

    private static Optional<Monitored> monitored(ProcessTable.Entry monitor, ProcessTable table) {
        Optional<String> id = monitor.option("--cid", "-c");
        Optional<String> name = monitor.option("--name", "-n");
        // CRI-O has monitors too, without this option; those of `podman exec` watch another process
        boolean podmans = monitor.option("--exit-command")
                .filter(c -> c.endsWith("/podman"))
                .isPresent();
        boolean exec = monitor.arguments().stream().anyMatch(a -> a.equals("-e") || a.startsWith("--exec-"));
        List<ProcessTable.Entry> children = table.children(monitor.pid());
        if (id.isEmpty() || !podmans || exec || children.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new Monitored(
                new ContainerRef(PodmanEngine.NAME, id.get(), name.orElse(id.get())),
                children.getFirst().pid()));
    }
}
