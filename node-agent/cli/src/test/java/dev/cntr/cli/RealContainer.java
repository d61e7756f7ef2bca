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
    /** The engines that can be started here, and as whom. */
    enum Kind {
        DOCKER(EngineType.DOCKER),
        PODMAN(EngineType.PODMAN),
        USERS_PODMAN(EngineType.PODMAN),
        USERS_PODMAN_SERVICE(EngineType.PODMAN),
        CONTAINERD(EngineType.CONTAINERD),
        CRIO(EngineType.CRI),
        LXC(EngineType.LXC),
        LXD(EngineType.LXD),
        NSPAWN(EngineType.NSPAWN),
        NSPAWN_MACHINED(EngineType.NSPAWN);

        final EngineType type;

        Kind(EngineType type) {
            this.type = type;
        }
    }

    private static final ProcessBuilder.Redirect NOTHING = ProcessBuilder.Redirect.from(new File("/dev/null"));

    final Kind kind;
    final String name = "cntr-it-" + ProcessHandle.current().pid();
    final Map<String, String> environment;

    private final Path dir;
    private final List<List<String>> ends = new ArrayList<>();
    private final List<Process> processes = new ArrayList<>();
    private String id = name;

    private RealContainer(Kind kind, Path dir) {
        this.kind = kind;
        this.dir = dir;
        this.environment = switch (kind) {
            case CONTAINERD -> Map.of("CONTAINERD_ADDRESS", dir + "/c.sock");
            case CRIO -> Map.of("CONTAINER_RUNTIME_ENDPOINT", "unix://" + dir + "/crio/crio.sock");
            case LXD -> Map.of("LXD_DIR", dir + "/lxd");
            default -> Map.of();
        };
    }

    /** Starts one, or skips the test where the engine is not installed. */
    static RealContainer start(Kind kind, Path dir) throws Exception {
        RealContainer container = new RealContainer(kind, dir);
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

    /** What it is called by. */
    String reference() {
        return kind == Kind.CRIO ? name + "/app" : name;
    }

    private void start() throws Exception {
        Path rootfs = rootfs();
        EngineStart engine = new EngineStart(this, dir, rootfs);
        switch (kind) {
            case DOCKER -> id = engine.docker();
            case PODMAN -> id = engine.podman();
            case USERS_PODMAN -> id = engine.usersPodman();
            case USERS_PODMAN_SERVICE -> id = engine.usersPodmanService();
            case CONTAINERD -> id = engine.containerd();
            case CRIO -> id = engine.crio();
            case LXC -> id = engine.lxc();
            case LXD -> id = engine.lxd();
            case NSPAWN -> new NspawnStart(this, dir, rootfs).alone();
            case NSPAWN_MACHINED -> new NspawnStart(this, dir, rootfs).registered();
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

    static Path installed(String program) {
        Path path = Path.of(program);
        assumeThat(Files.isExecutable(path)).as("%s is installed", program).isTrue();
        return path;
    }

    /** Starts what runs as long as the container does. */
    Process background(String... command) throws IOException {
        Process process = new ProcessBuilder(command)
                .redirectInput(NOTHING)
                .redirectErrorStream(true)
                .redirectOutput(dir.resolve("log").toFile())
                .start();
        processes.add(process);
        return process;
    }

    /** Until the condition holds, for as long as the first process in the background lives. */
    void await(BooleanSupplier condition) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end || !processes.getFirst().isAlive()) {
                throw new AssertionError(kind + " does not run: " + Files.readString(dir.resolve("log")));
            }
            Thread.sleep(100);
        }
    }

    /** Whether a program of the engine ended with 0. */
    boolean attempt(List<String> command) {
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
                    .redirectInput(NOTHING)
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

    /** What ends the container, before everything that was said earlier. */
    void atEnd(String... command) {
        ends.addFirst(List.of(command));
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
