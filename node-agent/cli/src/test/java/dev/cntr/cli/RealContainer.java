package dev.cntr.cli;

import static org.assertj.core.api.Assumptions.assumeThat;

import dev.cntr.engine.EngineType;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * A container that a real engine runs, with busybox's sleep as its only process. Each engine keeps its state in the
 * test's directory; what it started is ended by {@link #close}.
 */
final class RealContainer implements AutoCloseable {
    private static final String SLEEP = "/bin/sleep";

    /** Docker and podman would raise them, which not every machine's root may. */
    private static final List<String> LIMITS = List.of("--ulimit", "nofile=1024:1024", "--ulimit", "nproc=4096:4096");

    final EngineType type;
    final String name = "cntr-it-" + ProcessHandle.current().pid();
    final Map<String, String> environment;

    private final Path dir;
    private final List<List<String>> ends = new ArrayList<>();
    private final List<Process> processes = new ArrayList<>();
    private String id = name;

    private RealContainer(EngineType type, Path dir) {
        this.type = type;
        this.dir = dir;
        this.environment = type == EngineType.CONTAINERD ? Map.of("CONTAINERD_ADDRESS", dir + "/c.sock") : Map.of();
    }

    /** Starts one, or skips the test where the engine is not installed. */
    static RealContainer start(EngineType type, Path dir) throws Exception {
        RealContainer container = new RealContainer(type, dir);
        try {
            container.start();
            return container;
        } catch (Exception | Error e) {
            container.close();
            throw e;
        }
    }

    /** The full id, where the engine has ids. */
    String id() {
        return id;
    }

    private void start() throws Exception {
        Path rootfs = rootfs();
        switch (type) {
            case DOCKER -> docker(rootfs);
            case PODMAN -> podman(rootfs);
            case CONTAINERD -> containerd(rootfs);
            case LXC -> lxc(rootfs);
            case NSPAWN -> nspawn(rootfs);
            case PID, LXD, CRI, COMMAND, RKT -> throw new IllegalArgumentException("no " + type + " is started here");
        }
    }

    private Path rootfs() throws IOException {
        Path busybox = installed("/usr/bin/busybox");
        Path rootfs = dir.resolve("rootfs");
        for (String directory : List.of("bin", "dev", "etc", "proc", "sys", "tmp", "run", "usr", "var", "root")) {
            Files.createDirectories(rootfs.resolve(directory));
        }
        Files.copy(busybox, rootfs.resolve("bin/busybox"));
        Files.createSymbolicLink(rootfs.resolve("bin/sleep"), Path.of("busybox"));
        Files.writeString(rootfs.resolve("etc/whose"), name + "\n");
        Files.writeString(rootfs.resolve("etc/passwd"), "root:x:0:0:root:/root:/bin/sh\n");
        return rootfs;
    }

    private void docker(Path rootfs) throws Exception {
        installed("/usr/bin/docker");
        assumeThat(Files.exists(Path.of("/var/run/docker.sock")))
                .as("docker's daemon runs (dev/engine up)")
                .isTrue();
        Path tar = dir.resolve("rootfs.tar");
        run("tar", "-C", rootfs.toString(), "-cf", tar.toString(), ".");
        ends.add(List.of("docker", "rmi", name));
        run("docker", "import", tar.toString(), name);
        ends.addFirst(List.of("docker", "rm", "-f", name));
        List<String> command = new ArrayList<>(List.of("docker", "run", "-d", "--name", name, "--network", "none"));
        command.addAll(LIMITS);
        command.addAll(List.of(name, SLEEP, "600"));
        id = run(command.toArray(String[]::new)).strip();
    }

    private void podman(Path rootfs) throws Exception {
        Path podman = installed("/usr/bin/podman");
        List<String> global = List.of(
                podman.toString(),
                "--root",
                dir + "/root",
                "--runroot",
                dir + "/run",
                "--tmpdir",
                dir + "/tmp",
                "--storage-driver",
                "vfs",
                "--cgroup-manager",
                "cgroupfs",
                "--events-backend",
                "file");
        List<String> remove = new ArrayList<>(global);
        remove.addAll(List.of("rm", "-f", "-t", "0", name));
        ends.add(remove);
        List<String> command = new ArrayList<>(global);
        command.addAll(List.of("run", "-d", "--name", name, "--network", "none"));
        command.addAll(LIMITS);
        command.addAll(List.of("--rootfs", rootfs.toString(), SLEEP, "600"));
        id = run(command.toArray(String[]::new)).strip();
    }

    private void containerd(Path rootfs) throws Exception {
        Path containerd = installed("/usr/bin/containerd");
        Files.writeString(dir.resolve("config.toml"), """
                version = 2
                root = "%1$s/root"
                state = "%1$s/state"
                disabled_plugins = ["io.containerd.grpc.v1.cri"]
                [grpc]
                address = "%1$s/c.sock"
                [ttrpc]
                address = "%1$s/t.sock"
                [plugins."io.containerd.internal.v1.opt"]
                path = "%1$s/opt"
                """.formatted(dir));
        background(containerd.toString(), "--config", dir + "/config.toml");
        List<String> ctr = List.of("ctr", "-a", dir + "/c.sock", "-n", "cntr-it");
        await(() -> attempt(with(ctr, "version")));
        ends.add(with(ctr, "task", "rm", "-f", name));
        ends.add(with(ctr, "container", "rm", name));
        run(with(ctr, "run", "-d", "--rootfs", rootfs.toString(), name, SLEEP, "600")
                .toArray(String[]::new));
        id = "cntr-it/" + name;
    }

    private void lxc(Path rootfs) throws Exception {
        Path lxc = installed("/usr/bin/lxc-start");
        Files.createDirectories(dir.resolve(name));
        Files.writeString(dir.resolve(name).resolve("config"), """
                lxc.rootfs.path = dir:%s
                lxc.net.0.type = empty
                lxc.init.cmd = %s 600
                lxc.mount.auto = proc:mixed sys:ro
                lxc.apparmor.profile = unconfined
                """.formatted(rootfs, SLEEP));
        ends.add(List.of("lxc-stop", "-k", "-n", name, "-P", dir.toString()));
        background(lxc.toString(), "-F", "-n", name, "-P", dir.toString());
        await(() -> attempt(List.of("lxc-wait", "-n", name, "-P", dir.toString(), "-s", "RUNNING", "-t", "1")));
        id = dir + "/" + name;
    }

    private void nspawn(Path rootfs) throws Exception {
        Path nspawn = installed("/usr/bin/systemd-nspawn");
        Process process = background(
                nspawn.toString(),
                "-q",
                "--register=no",
                "--keep-unit",
                "--as-pid2",
                "-M",
                name,
                "-D",
                rootfs.toString(),
                SLEEP,
                "600");
        await(() -> process.descendants()
                .anyMatch(p ->
                        p.info().arguments().stream().anyMatch(a -> List.of(a).contains("600"))
                                && p.info().command().orElse("").endsWith("busybox")));
    }

    private static Path installed(String program) {
        Path path = Path.of(program);
        assumeThat(Files.isExecutable(path)).as("%s is installed", program).isTrue();
        return path;
    }

    private static List<String> with(List<String> command, String... more) {
        List<String> whole = new ArrayList<>(command);
        whole.addAll(List.of(more));
        return whole;
    }

    private Process background(String... command) throws IOException {
        Process process = new ProcessBuilder(command)
                .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                .redirectErrorStream(true)
                .redirectOutput(dir.resolve("log").toFile())
                .start();
        processes.add(process);
        return process;
    }

    private void await(BooleanSupplier condition) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end || !processes.getFirst().isAlive()) {
                throw new AssertionError(type + " does not run: " + Files.readString(dir.resolve("log")));
            }
            Thread.sleep(100);
        }
    }

    private boolean attempt(List<String> command) {
        try {
            run(command.toArray(String[]::new));
            return true;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Runs a program of the engine to its end; what it printed. Its output goes through a file: daemons may keep it. */
    static String run(String... command) throws IOException, InterruptedException {
        Path out = Files.createTempFile("cntr", "out");
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(out.toFile())
                    .start();
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IOException(String.join(" ", command) + " did not end");
            }
            String said = Files.readString(out, StandardCharsets.UTF_8);
            if (process.exitValue() != 0) {
                throw new IOException(String.join(" ", command) + ": " + said);
            }
            return said;
        } finally {
            Files.delete(out);
        }
    }

    @Override
    public void close() throws Exception {
        ends.forEach(this::attempt);
        for (Process process : processes) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroy();
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        }
        removeEmptyCgroups();
    }

    /** What the engines leave: the empty parents of their containers' cgroups. */
    private static void removeEmptyCgroups() throws IOException {
        try (DirectoryStream<Path> hierarchies = Files.newDirectoryStream(Path.of("/sys/fs/cgroup"))) {
            for (Path hierarchy : hierarchies) {
                for (String parent : List.of("cntr-it", "lxc.pivot", "libpod_parent/conmon", "libpod_parent")) {
                    try {
                        Files.deleteIfExists(hierarchy.resolve(parent));
                    } catch (IOException e) {
                        continue; // another container is in it
                    }
                }
            }
        }
    }
}
