package dev.cntr.attach;

import dev.cntr.linux.proc.PinnedProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** A process to attach to: busybox in a directory of its own and in namespaces of its own, made by unshare(1). */
final class TestTarget implements AutoCloseable {
    private static final Path BUSYBOX = Path.of("/usr/bin/busybox");

    /** The script's end that becomes the target. */
    static final String SLEEP = "HELLO=world TERM=target PATH=/bin LD_PRELOAD=/app.so exec /bin/busybox sleep 1000";

    private final Process starter;
    private final PinnedProcess process;
    private final Path root;

    private TestTarget(Process starter, PinnedProcess process, Path root) {
        this.starter = starter;
        this.process = process;
        this.root = root;
    }

    static boolean possible() {
        return Files.isExecutable(BUSYBOX);
    }

    /** One that runs as root with everything that root has here. */
    static TestTarget start(Path root) throws IOException {
        return start(root, false, SLEEP);
    }

    /**
     * Starts a target.
     *
     * @param user whether it gets a user namespace
     * @param main the script that becomes the target
     */
    static TestTarget start(Path root, boolean user, String main) throws IOException {
        for (String directory : List.of("bin", "etc", "proc", "sys", "dev", "data", "old", "tmp")) {
            Files.createDirectories(root.resolve(directory));
        }
        Files.copy(BUSYBOX, root.resolve("bin/busybox"));
        Files.createSymbolicLink(root.resolve("bin/sh"), Path.of("busybox"));
        Files.writeString(root.resolve("etc/passwd"), "root:x:0:0:root:/:/bin/sh\napp:x:65532:65532:app:/:/bin/sh\n");
        Files.writeString(root.resolve("etc/hostname-real"), "linked\n");
        Files.createSymbolicLink(root.resolve("etc/hostname"), Path.of("/etc/hostname-real"));
        Files.writeString(root.resolve("etc/resolv.conf"), "nameserver 192.0.2.1\n");
        Become.write(root.resolve("bin/become"));
        own(root, user);
        String script = """
                set -e
                mount --make-rprivate /
                mount --bind %1$s %1$s
                mount -t proc proc %1$s/proc
                mount -t tmpfs data %1$s/data
                mount --rbind /dev %1$s/dev
                mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts %1$s/dev/pts
                hostname the-target
                cd %1$s
                pivot_root . old
                exec /bin/busybox chroot . /bin/sh -c 'umask 027; /bin/busybox umount -l /old; /bin/busybox mount --make-rshared /; %2$s'
                """.formatted(root, main);
        List<String> command = List.of(
                "/usr/bin/unshare",
                "-mpniuC",
                "--fork",
                "--kill-child",
                "--propagation",
                "unchanged",
                "sh",
                "-c",
                script);
        if (user) {
            Path program = root.resolve("tmp/in-user-namespace");
            UserNamespaceProgram.write(program, command);
            command = List.of(program.toString());
        }
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(root.resolve("tmp/log").toFile());
        builder.environment().clear();
        builder.environment().put("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
        Process starter = builder.start();
        if (user) {
            UserNamespaceProgram.map(starter);
        }
        starter.outputWriter(StandardCharsets.UTF_8).append("mapped\n").close();
        return new TestTarget(starter, await(starter, root), root);
    }

    /** One whose root is the user 100000 outside. */
    static TestTarget inUserNamespace(Path root) throws IOException {
        return start(root, true, SLEEP);
    }

    private static void own(Path root, boolean user) throws IOException {
        for (Path p = root;
                p != null && p.getNameCount() > 1;
                p = p.getParent()) { // a user of a namespace has to get there
            Files.setPosixFilePermissions(p, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        if (user) {
            try (Stream<Path> all = Files.walk(root)) {
                for (Path p : all.toList()) {
                    Files.setAttribute(p, "unix:uid", UserNamespaceProgram.OUTSIDE, LinkOption.NOFOLLOW_LINKS);
                    Files.setAttribute(p, "unix:gid", UserNamespaceProgram.OUTSIDE, LinkOption.NOFOLLOW_LINKS);
                }
            }
        }
    }

    /** A process that is there already. */
    static TestTarget of(Process process, Path root) throws IOException {
        for (int i = 0; i < 500 && !ready(process.pid()); i++) {
            pause();
        }
        return new TestTarget(process, PinnedProcess.open((int) process.pid()), root);
    }

    /** The child of a process that is there already. */
    static TestTarget ofChild(Process starter, Path root) throws IOException {
        Files.createDirectories(root.resolve("tmp"));
        Files.writeString(root.resolve("tmp/log"), "no child");
        return new TestTarget(starter, await(starter, root), root);
    }

    private static PinnedProcess await(Process starter, Path root) throws IOException {
        for (int i = 0; i < 500 && starter.isAlive(); i++) {
            List<ProcessHandle> all = starter.descendants().toList();
            for (ProcessHandle handle : all) {
                if (ready(handle.pid())) {
                    return PinnedProcess.open((int) handle.pid());
                }
            }
            pause();
        }
        starter.destroyForcibly();
        throw new IllegalStateException("no target: " + Files.readString(root.resolve("tmp/log")));
    }

    private static boolean ready(long pid) {
        String command = commandLine(pid);
        return command.startsWith("/bin/busybox\0sleep")
                || command.startsWith("/usr/bin/busybox\0sleep")
                || command.startsWith("/bin/holder\0") && sleeps(pid);
    }

    /** Whether a program that cannot say so by its command line has come to its end. */
    private static boolean sleeps(long pid) {
        try {
            return Files.readString(Path.of("/proc/" + pid + "/comm")).strip().equals("sleep");
        } catch (IOException e) {
            return false;
        }
    }

    private static String commandLine(long pid) {
        try {
            return Files.readString(Path.of("/proc/" + pid + "/cmdline"), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return "";
        }
    }

    private static void pause() {
        try {
            Thread.sleep(10);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    PinnedProcess process() {
        return process;
    }

    Path root() {
        return root;
    }

    String file(String name) {
        try {
            return Files.readString(Path.of("/proc/" + process.pid() + "/" + name), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String link(String name) {
        try {
            return Files.readSymbolicLink(Path.of("/proc/" + process.pid() + "/" + name))
                    .toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Kills it; with the init of its pid namespace everything in there goes. */
    @Override
    public void close() {
        process.signal(9);
        process.awaitExit(Duration.ofSeconds(5)); // its cgroup is empty only then
        process.close();
        starter.descendants().forEach(ProcessHandle::destroyForcibly);
        starter.destroyForcibly();
        try {
            starter.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
