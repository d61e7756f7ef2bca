package dev.cntr.cli;

import static dev.cntr.cli.RealContainer.installed;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** How systemd-nspawn is brought to run a container, on a machine that systemd does not run. */
record NspawnStart(RealContainer container, Path dir, Path rootfs) {
    private static final String BUS = """
            <busconfig>
              <type>system</type>
              <listen>unix:path=%s</listen>
              <auth>EXTERNAL</auth>
              <policy context="default">
                <allow send_destination="*" eavesdrop="true"/>
                <allow eavesdrop="true"/>
                <allow own="*"/>
              </policy>
            </busconfig>
            """;

    /** In all hierarchies, when the last process has gone. */
    private static final String REMOVE_CGROUPS = """
            for i in $(seq 50); do
              left=
              for unit in /sys/fs/cgroup/%1$s /sys/fs/cgroup/*/%1$s; do
                if [ -d "$unit" ]; then rmdir "$unit"/*/ "$unit" "${unit%%/*}"; fi
                if [ -d "$unit" ]; then left=yes; fi
              done
              if [ ! "$left" ]; then break; fi
              sleep 0.1
            done
            """;

    /** No machined hears of it. */
    void alone() throws Exception {
        Path nspawn = installed("/usr/bin/systemd-nspawn");
        awaitSleep(container.background(with(inUnit(nspawn.toString(), "--register=no"))));
    }

    /** Registered with a machined that runs for the test, on a bus of its own. Nothing but machined's file tells of it: nspawn goes by another name. */
    void registered() throws Exception {
        Path nspawn = installed("/usr/bin/systemd-nspawn");
        Path machined = installed("/lib/systemd/systemd-machined");
        assumeThat(Path.of("/run/systemd/system"))
                .as("this machine's own machined")
                .doesNotExist();
        Path bus = dir.resolve("bus");
        Path configuration = Files.writeString(dir.resolve("bus.conf"), BUS.formatted(bus));
        container.background(
                installed("/usr/bin/dbus-daemon").toString(), "--nofork", "--config-file=" + configuration);
        container.await(() -> Files.exists(bus));
        List<String> onBus = List.of("env", "DBUS_SYSTEM_BUS_ADDRESS=unix:path=" + bus);
        container.background(
                Stream.concat(onBus.stream(), Stream.of(machined.toString())).toArray(String[]::new));
        List<String> manager = List.of(
                "busctl",
                "--address=unix:path=" + bus,
                "call",
                "org.freedesktop.machine1",
                "/org/freedesktop/machine1",
                "org.freedesktop.machine1.Manager");
        container.await(() -> container.attempt(
                Stream.concat(manager.stream(), Stream.of("ListMachines")).toList()));
        container.atEnd(Stream.concat(manager.stream(), Stream.of("UnregisterMachine", "s", container.name))
                .toArray(String[]::new));
        Path called = Files.createSymbolicLink(dir.resolve("another-name"), nspawn);
        List<String> command = Stream.concat(onBus.stream(), inUnit(called.toString()).stream())
                .toList();
        Process process = container.background(with(command));
        container.atEnd("kill", Long.toString(process.pid()));
        awaitSleep(process);
        container.await(() -> Files.exists(Path.of("/run/systemd/machines", container.name)));
    }

    /** In a cgroup of its own, which machined takes for a service's: nspawn makes others in it, and leaves them. */
    private List<String> inUnit(String... command) throws Exception {
        String script = "echo $$ >" + unit() + "/cgroup.procs; exec \"$@\"";
        return Stream.concat(Stream.of("sh", "-c", script, "sh"), Stream.of(command))
                .toList();
    }

    private Path unit() throws Exception {
        Path tree = Stream.of("/sys/fs/cgroup/unified", "/sys/fs/cgroup/systemd", "/sys/fs/cgroup")
                .map(Path::of)
                .filter(Files::isDirectory)
                .findFirst()
                .orElseThrow();
        String unit = "system.slice/" + container.name + ".service";
        container.atEnd("sh", "-c", REMOVE_CGROUPS.formatted(unit));
        return Files.createDirectories(tree.resolve(unit));
    }

    private String[] with(List<String> nspawn) {
        return Stream.concat(
                        nspawn.stream(),
                        Stream.of(
                                "-q",
                                "--keep-unit",
                                "--as-pid2",
                                "-M",
                                container.name,
                                "-D",
                                rootfs.toString(),
                                "/bin/sleep",
                                "600"))
                .toArray(String[]::new);
    }

    private void awaitSleep(Process process) throws Exception {
        container.await(() -> process.descendants()
                .anyMatch(p ->
                        p.info().arguments().stream().anyMatch(a -> List.of(a).contains("600"))
                                && p.info().command().orElse("").endsWith("busybox")));
    }
}
