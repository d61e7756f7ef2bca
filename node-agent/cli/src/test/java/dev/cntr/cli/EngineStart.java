package dev.cntr.cli;

import static dev.cntr.cli.RealContainer.installed;
import static dev.cntr.cli.RealContainer.run;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** How each engine is brought to run a container, with all its state in the test's directory. Each answers the id. */
record EngineStart(RealContainer container, Path dir, Path rootfs) {
    private static final String SLEEP = "/bin/sleep";

    /** Docker and podman would raise them, which not every machine's root may. */
    private static final List<String> LIMITS = List.of("--ulimit", "nofile=1024:1024", "--ulimit", "nproc=4096:4096");

    /** The user whose podman it is: nobody else's, and in no file of the machine. */
    private static final String USER = "60123";

    String docker() throws Exception {
        installed("/usr/bin/docker");
        assumeThat(Files.exists(Path.of("/var/run/docker.sock")))
                .as("docker's daemon runs (dev/engine up)")
                .isTrue();
        Path tar = dir.resolve("rootfs.tar");
        run("tar", "-C", rootfs.toString(), "-cf", tar.toString(), ".");
        container.atEnd("docker", "rmi", name());
        run("docker", "import", tar.toString(), name());
        container.atEnd("docker", "rm", "-f", name());
        return run(with(
                        List.of("docker", "run", "-d"),
                        LIMITS,
                        "--name",
                        name(),
                        "--network",
                        "none",
                        name(),
                        SLEEP,
                        "600"))
                .strip();
    }

    String podman() throws Exception {
        return podman(List.of(installed("/usr/bin/podman").toString(), "--tmpdir", dir + "/tmp"));
    }

    /** As a user of the machine would run it. */
    String usersPodman() throws Exception {
        return podman(podmanOfUser());
    }

    /** Likewise, with that user's service; it knows a container that does not run as well. */
    String usersPodmanService() throws Exception {
        List<String> podman = podmanOfUser();
        String id = podman(podman);
        Path run = Path.of("/run/user", USER);
        Path socket = run.resolve("podman/podman.sock");
        container.atEnd("rm", "-rf", run.toString());
        Files.createDirectories(socket.getParent());
        run("chown", "-R", USER + ":" + USER, run.toString());
        List<String> global = podmanIn(podman);
        container.atEnd(with(global, "rm", "-f", name() + "-created"));
        run(with(
                global,
                "create",
                "--name",
                name() + "-created",
                "--network",
                "none",
                "--rootfs",
                rootfs.toString(),
                SLEEP));
        container.background(with(global, "system", "service", "--time=0", "unix://" + socket));
        container.await(() -> Files.exists(socket));
        return id;
    }

    /** Its podman; who that user is, is said in a mount namespace of its own. */
    private List<String> podmanOfUser() throws Exception {
        Path podman = installed("/usr/bin/podman");
        installed("/usr/bin/newuidmap");
        Path etc = Files.createDirectory(dir.resolve("user"));
        Path home = Files.createDirectory(dir.resolve("home"));
        Path passwd = etc.resolve("passwd");
        Files.writeString(
                passwd,
                Files.readString(Path.of("/etc/passwd")) + "cntr-it:x:%1$s:%1$s::%2$s:/bin/sh\n".formatted(USER, home));
        Path ids = Files.writeString(etc.resolve("ids"), "cntr-it:1234567:65536\n");
        Path script = Files.writeString(etc.resolve("as-user"), """
                mount --bind %1$s /etc/passwd
                mount --bind %2$s /etc/subuid
                mount --bind %2$s /etc/subgid
                cd %3$s
                exec setpriv --reuid %4$s --regid %4$s --clear-groups env -i HOME=%3$s XDG_RUNTIME_DIR=%3$s PATH=/usr/bin:/usr/sbin "$@"
                """.formatted(passwd, ids, home, USER));
        openToOthers();
        run("chown", "-R", USER + ":" + USER, home.toString(), rootfs.toString());
        List<String> asUser = List.of("unshare", "-m", "--propagation", "private", "sh", "-e", script.toString());
        // podman's process that keeps the user namespace
        container.atEnd("sh", "-c", "kill $(cat " + home + "/libpod/tmp/pause.pid)");
        return List.of(with(asUser, podman.toString()));
    }

    private String podman(List<String> program) throws Exception {
        List<String> global = podmanIn(program);
        container.atEnd(with(global, "rm", "-f", "-t", "0", name()));
        return run(with(
                        List.of(with(global, "run", "-d")),
                        LIMITS,
                        "--name",
                        name(),
                        "--network",
                        "none",
                        "--rootfs",
                        rootfs.toString(),
                        SLEEP,
                        "600"))
                .strip();
    }

    /** A podman with its state in this directory. */
    private List<String> podmanIn(List<String> program) {
        Path state = dir.resolve("home");
        return List.of(with(
                program,
                "--log-level",
                "error",
                "--root",
                state + "/root",
                "--runroot",
                state + "/run",
                "--storage-driver",
                "vfs",
                "--cgroup-manager",
                "cgroupfs",
                "--events-backend",
                "file"));
    }

    String containerd() throws Exception {
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
        container.background(containerd.toString(), "--config", dir + "/config.toml");
        List<String> ctr = List.of("ctr", "-a", dir + "/c.sock", "-n", "cntr-it");
        container.await(() -> container.attempt(List.of(with(ctr, "version"))));
        container.atEnd(with(ctr, "container", "rm", name()));
        container.atEnd(with(ctr, "task", "rm", "-f", name()));
        run(with(ctr, "run", "-d", "--rootfs", rootfs.toString(), name(), SLEEP, "600"));
        return "cntr-it/" + name();
    }

    /** In a pod of its own. */
    String crio() throws Exception {
        Path node = installed(Objects.requireNonNullElse(
                System.getenv("CNTR_CRIO"), System.getProperty("user.home") + "/.cache/cntr/bin/crio-node"));
        installed("/usr/bin/conmon");
        Path state = Files.createDirectory(dir.resolve("crio"));
        container.background(node.toString(), "up", state.toString(), "it=" + rootfs);
        container.await(() -> Files.exists(state.resolve("crio.sock")));
        container.atEnd(node.toString(), "down", state.toString());
        String image = Files.readString(state.resolve("registry")) + "/it:1";
        return run(node.toString(), "run", state.toString(), image, "cntr-it/" + name() + "/app", SLEEP, "600")
                .strip();
    }

    String lxc() throws Exception {
        Path lxc = installed("/usr/bin/lxc-start");
        Files.createDirectories(dir.resolve(name()));
        Files.writeString(dir.resolve(name()).resolve("config"), """
                lxc.rootfs.path = dir:%s
                lxc.net.0.type = empty
                lxc.init.cmd = %s 600
                lxc.mount.auto = proc:mixed sys:ro
                lxc.apparmor.profile = unconfined
                """.formatted(rootfs, SLEEP));
        container.atEnd("lxc-stop", "-k", "-n", name(), "-P", dir.toString());
        container.background(lxc.toString(), "-F", "-n", name(), "-P", dir.toString());
        container.await(() ->
                container.attempt(List.of("lxc-wait", "-n", name(), "-P", dir.toString(), "-s", "RUNNING", "-t", "1")));
        return dir + "/" + name();
    }

    /** An unprivileged one, as LXD makes them: with a user namespace. */
    String lxd() throws Exception {
        Path lxd = installed("/usr/bin/lxd");
        openToOthers();
        Path home = Files.createDirectory(dir.resolve("lxd"));
        Path metadata = Files.writeString(dir.resolve("metadata.yaml"), """
                architecture: x86_64
                creation_date: 1
                """);
        run(
                "tar",
                "-C",
                dir.toString(),
                "-cf",
                dir + "/image.tar",
                metadata.getFileName().toString(),
                "rootfs");
        // in a mount namespace of its own, which ends with it: it leaves mounts in its directory
        container.background(with(
                List.of("unshare", "-m", "--propagation", "private", "env"),
                "LXD_DIR=" + home,
                lxd.toString(),
                "--group",
                "root"));
        List<String> lxc = List.of("env", "LXD_DIR=" + home, "LXD_CONF=" + dir + "/client", "/usr/bin/lxc");
        container.await(
                () -> Files.exists(home.resolve("unix.socket")) && container.attempt(List.of(with(lxc, "list"))));
        run(with(lxc, "storage", "create", "pool", "dir"));
        run(with(lxc, "image", "import", dir + "/image.tar", "--alias", "it"));
        container.atEnd(with(lxc, "delete", "--force", name()));
        run(with(
                lxc,
                "init",
                "it",
                name(),
                "--storage",
                "pool",
                "--config",
                "raw.lxc=lxc.init.cmd = " + SLEEP + " 600"));
        run(with(lxc, "start", name()));
        return name();
    }

    private void openToOthers() throws IOException {
        Files.setPosixFilePermissions(dir, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private String name() {
        return container.name;
    }

    private static String[] with(List<String> command, String... more) {
        return with(command, List.of(), more);
    }

    private static String[] with(List<String> command, List<String> options, String... more) {
        List<String> whole = new ArrayList<>(command);
        whole.addAll(options);
        whole.addAll(List.of(more));
        return whole.toArray(String[]::new);
    }
}
