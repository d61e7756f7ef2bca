package dev.cntr.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
class CntrIT {
    private Process target;
    private Path tools;

    record Ran(int code, String out, String err) {}

    @BeforeAll
    void start(@TempDir Path directory) throws IOException {
        Path busybox = Path.of("/usr/bin/busybox");
        assumeThat(busybox).as("busybox-static is installed").isExecutable();
        tools = directory;
        Files.createDirectories(tools.resolve("bin"));
        Files.createDirectories(tools.resolve("proc"));
        Files.copy(busybox, tools.resolve("bin/busybox"));
        for (String name : List.of("sh", "cat", "readlink", "hostname", "stty", "true")) {
            Files.createSymbolicLink(tools.resolve("bin").resolve(name), Path.of("busybox"));
        }
        target = new ProcessBuilder("unshare", "-u", "sh", "-c", "hostname the-target; exec sleep 1000").start();
    }

    @AfterAll
    void stop() throws InterruptedException {
        if (target != null) {
            target.destroyForcibly().waitFor();
        }
    }

    private static List<String> cntr(String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "--enable-native-access=ALL-UNNAMED",
                "-Dpicocli.converters.excludes=java.+", // as its launcher has it
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
        command.addAll(List.of(arguments));
        return command;
    }

    private static Ran run(String input, List<String> command) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("PATH", "/usr/bin:/bin");
        builder.environment().put("KEPT", "kept");
        Process process = builder.start();
        try (var stdin = process.outputWriter(StandardCharsets.UTF_8)) {
            stdin.write(input);
        }
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return new Ran(process.exitValue(), out, err);
    }

    private List<String> attach(String fileSystem, String... command) {
        List<String> arguments = new ArrayList<>(List.of(
                "attach", "--tools", tools.toString(), "--filesystem", fileSystem, Long.toString(target.pid()), "--"));
        arguments.addAll(List.of(command));
        return cntr(arguments.toArray(String[]::new));
    }

    @ParameterizedTest
    @ValueSource(strings = {"fuse", "bind"})
    void joinsStreamsAndPassesTheExitCodeOn(String fileSystem) throws Exception {
        Ran ran = run("typed", attach(fileSystem, "sh", "-c", "hostname; cat; echo error >&2; exit 7"));
        assertThat(ran).isEqualTo(new Ran(7, "the-target\ntyped", "error\n"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"fuse", "bind"})
    void writableToolsForgetWhatIsWritten(String fileSystem, @TempDir Path own) throws Exception {
        Files.createDirectories(own.resolve("bin"));
        Files.copy(Path.of("/usr/bin/busybox"), own.resolve("bin/sh"));
        String changes = "echo new > /new && /bin/sh -c 'mv /bin/sh /bin/moved' && read x < /new && echo $x";
        List<String> command = cntr(
                "attach",
                "--tools",
                own.toString(),
                "--filesystem",
                fileSystem,
                "--writable-tools",
                "--",
                Long.toString(target.pid()),
                "sh",
                "-c",
                changes);
        assertThat(run("", command)).isEqualTo(new Ran(0, "new\n", ""));
        try (Stream<Path> files = Files.walk(own)) {
            assertThat(files).containsExactlyInAnyOrder(own, own.resolve("bin"), own.resolve("bin/sh"));
        }

        command.set(command.indexOf("--writable-tools"), "--writable-tools=none");
        Ran refused = run("", command);
        assertThat(refused.code()).isEqualTo(2);
        assertThat(refused.err()).contains("--writable-tools");
    }

    @ParameterizedTest
    @ValueSource(strings = {"fuse", "bind"})
    void hiddenPathsOfTheToolsAreNotThere(String fileSystem, @TempDir Path own) throws Exception {
        Files.copy(
                Path.of("/usr/bin/busybox"),
                Files.createDirectories(own.resolve("bin")).resolve("sh"));
        Files.writeString(Files.createDirectories(own.resolve("etc/keys")).resolve("key"), "secret");
        Files.writeString(own.resolve("etc/token"), "secret");
        List<String> command = cntr(
                "attach",
                "--tools",
                own.toString(),
                "--filesystem",
                fileSystem,
                "--hide",
                "/etc/keys",
                "--hide",
                "etc/token",
                Long.toString(target.pid()),
                "--",
                "sh",
                "-c",
                "test -s /etc/keys/key || test -s /etc/token");
        assertThat(run("", command)).isEqualTo(new Ran(1, "", ""));

        command.set(command.indexOf("etc/token"), "etc/../token");
        Ran refused = run("", command);
        assertThat(refused.code()).isNotZero();
        assertThat(refused.err()).contains("'etc/../token' cannot be hidden");
    }

    @Test
    void whatIsMadeInTheToolsBelongsToTheEffectiveUser(@TempDir Path own) throws Exception {
        Path bin = Files.createDirectories(own.resolve("bin"));
        Files.copy(Path.of("/usr/bin/busybox"), bin.resolve("busybox"));
        for (String name : List.of("sh", "cat", "mkdir", "ln", "mkfifo", "cp", "mv", "chown", "id", "stat")) {
            Files.createSymbolicLink(bin.resolve(name), Path.of("busybox"));
        }
        Files.writeString(own.resolve("roots"), "of root\n");
        Files.setPosixFilePermissions(own.resolve("roots"), PosixFilePermissions.fromString("rw-------"));
        Set<String> helpers = descendants();
        String changes =
                "cat /roots; echo new > /new; mkdir /dir; mkdir -m 700 /dir/own; ln -s new /link; mkfifo /fifo;"
                        + " ln /new /hard; cp /roots /copy; echo more >> /roots; mv /new /moved; chown 7:8 /copy; id -u; stat -c %u:%g /moved";
        List<String> command = cntr(
                "attach",
                "--tools",
                own.toString(),
                "--effective-user",
                "1234:5678",
                "--fs",
                "fuse",
                Long.toString(target.pid()),
                "--",
                "sh",
                "-c",
                "exec 2>&1; " + changes);
        assertThat(run("", command)).isEqualTo(new Ran(0, "of root\n0\n1234:5678\n", ""));
        for (String made : List.of("moved", "hard", "dir", "dir/own", "link", "fifo")) {
            assertThat(owner(own.resolve(made))).as(made).isEqualTo("1234:5678");
        }
        assertThat(owner(own.resolve("copy"))).isEqualTo("7:8");
        assertThat(owner(own.resolve("roots"))).isEqualTo("0:0");
        assertThat(own.resolve("roots")).hasContent("of root\nmore\n");
        assertThat(helpers).containsAll(descendants());

        command.set(command.indexOf("fuse"), "bind");
        Ran byBind = run("", command);
        assertThat(byBind.code()).isEqualTo(125);
        assertThat(byBind.err()).contains("1234:5678", "only fuse can");
        command.add(command.indexOf("--fs"), "--writable-tools");
        assertThat(run("", command).code()).isEqualTo(2);
    }

    private static String owner(Path file) throws IOException {
        return Files.getAttribute(file, "unix:uid", LinkOption.NOFOLLOW_LINKS)
                + ":"
                + Files.getAttribute(file, "unix:gid", LinkOption.NOFOLLOW_LINKS);
    }

    private static Set<String> descendants() {
        return ProcessHandle.current()
                .descendants()
                .map(ProcessHandle::toString)
                .collect(Collectors.toSet());
    }

    /** Its libraries make the Java runtime warn. */
    @Test
    void otherWaysOfServingAreFoundByTheirNames() throws Exception {
        Ran ran = run("typed", attach("jnr", "sh", "-c", "hostname; cat; exit 7"));
        assertThat(ran.code()).as(ran.err()).isEqualTo(7);
        assertThat(ran.out()).isEqualTo("the-target\ntyped");
    }

    @Test
    void commandsThatAreNotThere() throws Exception {
        assertThat(run("", attach("bind", "no-such-command")))
                .isEqualTo(new Ran(127, "", "cntr: exec: \"no-such-command\": executable file not found in $PATH\n"));
    }

    @Test
    void aTargetThatIsNotThereIsToldWithWhatEachEngineSaid() throws Exception {
        Ran ran = run("", cntr("attach", "no-such-container", "--", "true"));
        assertThat(ran.code()).isEqualTo(123);
        assertThat(ran.err()).startsWith("cntr: no running container is \"no-such-container\". Asked were:\n");
        assertThat(ran.err().lines().skip(1).map(line -> line.strip().split(":")[0]))
                .containsExactly("pid", "docker", "podman", "nspawn", "lxc", "lxd", "cri", "containerd", "command");
    }

    @Test
    void rktIsRefusedWithAReason() throws Exception {
        Ran ran = run("", cntr("attach", "-t", "rkt", "x"));
        assertThat(ran.code()).isEqualTo(122);
        assertThat(ran.err()).contains("rkt no longer exists");
    }

    /** Which is what keeps its start short. */
    @Test
    void noClassOfGrpcIsLoadedForAProcess() throws Exception {
        List<String> command = attach("bind", "true");
        command.add(1, "-Xlog:class+load");
        Ran ran = run("", command);
        assertThat(ran.code()).as(ran.err()).isZero();
        assertThat(ran.out()).contains("dev.cntr.engine.process.PidEngine");
        assertThat(ran.out().lines().filter(l -> l.contains("io.grpc") || l.contains("com.google.protobuf")))
                .isEmpty();
    }

    @Test
    void aCommandLineIsFoundAsASiblingOfItsWrapper() throws Exception {
        Process wrapper = new ProcessBuilder("timeout", "60", "sleep", "59.125").start();
        try {
            List<String> command = cntr(
                    "attach",
                    "-t",
                    "command",
                    "--tools",
                    tools.toString(),
                    "--filesystem",
                    "bind",
                    "sleep 59.125",
                    "--",
                    "cat",
                    "/proc/self/cgroup");
            Ran ran = run("", command);
            assertThat(ran.code()).as(ran.err()).isZero();
        } finally {
            wrapper.descendants().forEach(ProcessHandle::destroyForcibly);
            wrapper.destroyForcibly().waitFor();
        }
    }

    @Test
    void theListIsAlsoData() throws Exception {
        Ran ran = run("", cntr("list", "-t", "lxc,nspawn", "-o", "json"));
        assertThat(ran.code()).isZero();
        assertThat(ran.out()).startsWith("[").endsWith("]\n");
    }

    @Test
    void theCompletionOfBashIsASoundScript() throws Exception {
        Ran script = run("", cntr("completion", "bash"));
        Ran ran = run(script.out() + """
                cntr() { [ "$*" = "list --output name" ] && printf 'web\\nwork\\nother\\n'; [ "$*" = "sessions --quiet" ] && echo 3f2a; }
                complete() { local COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY; _cntr; echo "${COMPREPLY[*]}"; }
                complete cntr at
                complete cntr attach -t po
                complete cntr attach --dry-run w
                complete cntr attach --dr
                complete cntr attach --user w
                complete cntr completion z
                complete cntr attach web -- w
                complete cntr reattach 3
                """, List.of("bash"));
        assertThat(ran).isEqualTo(new Ran(0, "attach\npodman\nweb work\n--dry-run\n\nzsh\n\n3f2a\n", ""));
    }

    @Test
    void theCompletionOfZshIsASoundScript() throws Exception {
        assumeThat(Path.of("/usr/bin/zsh")).exists();
        Ran script = run("", cntr("completion", "zsh"));
        Ran ran = run("compdef() { }\n" + script.out() + """
                cntr() { [ "$*" = "list --output name" ] && printf 'web\\nother\\n'; [ "$*" = "sessions --quiet" ] && echo 3f2a; }
                compadd() { shift; print -r -- "$@"; }
                _files() { print -r -- "files $@"; }
                complete() { local words=("$@") CURRENT=$#; print -r -- "$(_cntr)"; }
                complete cntr at
                complete cntr attach -t po
                complete cntr attach --dry-run w
                complete cntr attach --tools /
                complete cntr attach --user w
                complete cntr completion z
                complete cntr attach web -- w
                complete cntr reattach 3
                """, List.of("/usr/bin/zsh", "-f"));
        assertThat(ran.err()).isEmpty();
        assertThat(ran.out().lines())
                .containsExactly(
                        "attach reattach sessions exec list images serve completion help --help --version",
                        "pid docker podman nspawn lxc lxd cri containerd command",
                        "web other",
                        "files -/",
                        "",
                        "bash zsh",
                        "",
                        "3f2a");
    }

    @Test
    void wrongUsage() throws Exception {
        assertThat(run("", cntr("attach", "--type", "rocket", "x")).code()).isEqualTo(2);
    }

    @Test
    void theToolsOfAnImageBecomeTheRoot(@TempDir Path directory) throws Exception {
        Path image = SavedImage.of(tools, directory);
        Path cache = directory.resolve("cache");
        String pid = Long.toString(target.pid());
        List<String> arguments = new ArrayList<>(List.of("attach", "--image", image + ":tools:1.0", pid));
        arguments.addAll(List.of(
                "--", "sh", "-c", "hostname; echo $PATH; echo x >/x || cat /var/lib/cntr/etc/hostname /etc/hostname"));
        String hostname = Files.readString(Path.of("/etc/hostname"));
        Ran dry = run("", withCache(cache, cntr("attach", "--image", image.toString(), "--dry-run", pid)));
        assertThat(dry.out())
                .contains("tools         the image sha256:", " to be unpacked into " + cache)
                .contains("\ndata          unknown: it is tried out when the image has been unpacked\n");
        assertThat(cache).doesNotExist();
        for (String fileSystem : List.of("fuse", "bind")) {
            arguments.addAll(1, List.of("--fs", fileSystem));
            Ran ran = run("", withCache(cache, cntr(arguments.toArray(String[]::new))));
            assertThat(ran)
                    .isEqualTo(new Ran(
                            0,
                            "the-target\n/var/lib/cntr-session:/bin\n" + hostname + hostname,
                            "sh: can't create /x: Read-only file system\n"));
            arguments.subList(1, 3).clear();
        }
        List<String> images = cntr("images");
        String id = run("", withCache(cache, images)).out().strip();
        assertThat(id).matches("sha256:[0-9a-f]{64}");
        assertThat(dry.out()).contains(id);
        images.add("--remove-unused");
        assertThat(run("", withCache(cache, images))).isEqualTo(new Ran(0, id + "\n", ""));
        assertThat(run("", withCache(cache, cntr("images")))).isEqualTo(new Ran(0, "", ""));

        Ran none = run("", withCache(cache, cntr("attach", "--image", "/nonexistent.tar", pid)));
        assertThat(none)
                .isEqualTo(new Ran(125, "", "cntr: there is no image /nonexistent.tar: no such file or directory\n"));
        assertThat(run("", cntr("attach", "--image", image.toString(), "--tools", "/", pid))
                        .code())
                .isEqualTo(2);
        assertThat(run("", cntr("attach", "--fs", "nfs", pid)).err()).contains("name one of auto, fuse, bind");
    }

    /** One that lacks every directory that a debug container needs. */
    @ParameterizedTest
    @ValueSource(strings = {"fuse", "bind"})
    void theToolsOfAnotherContainerBecomeTheRoot(String fileSystem, @TempDir Path root) throws Exception {
        Files.createDirectories(root.resolve("volume"));
        Files.copy(Path.of("/usr/bin/busybox"), root.resolve("busybox"));
        for (String name : List.of("sh", "cat", "ls", "touch")) {
            Files.createSymbolicLink(root.resolve(name), Path.of("busybox"));
        }
        String script = "mount -t tmpfs secret $0/volume; touch $0/volume/secret;"
                + " exec env PATH=/:/other /usr/sbin/chroot $0 /busybox sleep 61.25";
        Process other = new ProcessBuilder("unshare", "-m", "sh", "-c", script, root.toString()).start();
        try {
            Path commandLine = Path.of("/proc/" + other.pid() + "/cmdline");
            while (other.isAlive() && !Files.readString(commandLine).startsWith("/busybox")) {
                Thread.onSpinWait();
            }
            List<String> command =
                    List.of("attach", "-t", "pid,command", "--tools-from", "/busybox sleep 61.25", "--fs", fileSystem);
            List<String> arguments = new ArrayList<>(command);
            String inside = "ls / /volume; echo $PATH; touch /x || ls -d /var/lib/cntr/usr /proc/1;"
                    + " cat /proc/sys/kernel/hostname";
            arguments.addAll(List.of(Long.toString(target.pid()), "--", "sh", "-c", inside));
            Ran ran = run("", cntr(arguments.toArray(String[]::new)));
            assertThat(ran.err()).isEqualTo("touch: /x: Read-only file system\n");
            assertThat(ran.out().lines())
                    .containsExactly(
                            "/:",
                            "busybox",
                            "cat",
                            "dev",
                            "ls",
                            "proc",
                            "sh",
                            "sys",
                            "tmp",
                            "touch",
                            "var",
                            "volume",
                            "",
                            "/volume:",
                            "/var/lib/cntr-session:/:/other",
                            "/proc/1",
                            "/var/lib/cntr/usr",
                            "the-target");
            if (fileSystem.equals("fuse")) {
                arguments.add(1, "--writable-tools");
                assertThat(run("", cntr(arguments.toArray(String[]::new))).err())
                        .isEmpty();
            }
            assertThat(root.resolve("var")).doesNotExist();
            assertThat(root.resolve("x")).doesNotExist();
        } finally {
            other.destroyForcibly().waitFor();
        }
        Ran none = run(
                "",
                cntr(
                        "attach",
                        "-t",
                        "pid,command",
                        "--tools-from",
                        "/busybox sleep 61.25",
                        Long.toString(target.pid())));
        assertThat(none.code()).isEqualTo(123);
    }

    private static List<String> withCache(Path cache, List<String> command) {
        List<String> with = new ArrayList<>(List.of("env", "CNTR_IMAGE_CACHE=" + cache));
        with.addAll(command);
        return with;
    }

    @Test
    void theDryRunTellsPlanAndProgram() throws Exception {
        Ran ran = run("", cntr("attach", "--dry-run", Long.toString(target.pid()), "--", "true"));
        assertThat(ran.code()).isZero();
        assertThat(ran.out())
                .contains("tools         the directory /, by auto, which is fuse\n")
                .containsPattern("\ndata          (passthrough|cached): [a-z]")
                .contains("namespaces    uts; mnt is a copy of its own")
                .contains("command       true")
                .contains("setns(5, 0x4000000)")
                .contains("pivot_root(\".\", \"var/lib/cntr\")");
    }

    @Test
    void theDryRunTriesOutWhichWayDataGoes(@TempDir Path directory) throws Exception {
        String pid = Long.toString(target.pid());
        Files.writeString(directory.resolve("f"), "to try passthrough with");
        String path = directory.toString();

        assertThat(run("", cntr("attach", "--dry-run", "--fs", "fuse", "--tools", path, pid))
                        .out())
                .contains("\ndata          passthrough: the kernel took a file of the tree\n");
        assertThat(run("", cntr("attach", "--dry-run", "--fs", "bind", "--tools", path, pid))
                        .out())
                .contains("\ndata          bind\n");
        assertThat(run("", cntr("attach", "--dry-run", "--fs", "fuse", "--tools", path + "/f", pid))
                        .out())
                .contains("\ndata          unknown: they cannot be served: ");
        assertThat(directory.resolve("var")).doesNotExist();
    }

    @Test
    void theDryRunIsAlsoData() throws Exception {
        Ran ran = run("", cntr("attach", "--dry-run", "-o", "json", Long.toString(target.pid()), "--", "true"));
        assertThat(ran.code()).as(ran.err()).isZero();
        assertThat(ran.out().replaceAll("\\s", ""))
                .contains("\"pid\":" + target.pid() + ",")
                .contains("\"tools\":\"thedirectory/\",\"fileSystem\":\"fuse\",\"dataPath\":\"")
                .contains("\",\"dataPathReason\":\"")
                .contains("\"namespaces\":[\"uts\"]")
                .contains("\"command\":[\"true\"]")
                .contains("\"uids\":{\"real\":0,");
    }

    @Test
    void execRunsInTheContainersOwnTree() throws Exception {
        String pid = Long.toString(target.pid());
        Ran ran = run("typed", cntr("exec", pid, "--", "/usr/bin/busybox", "sh", "-c", "hostname; cat; pwd; exit 7"));
        Path directory = Path.of("").toAbsolutePath(); // where the target was started
        assertThat(ran).isEqualTo(new Ran(7, "the-target\ntyped" + directory + "\n", ""));
        assertThat(run("", cntr("exec", pid)).code()).as("no command").isEqualTo(2);
    }

    @Test
    void moreRightsAreToldAndWrongOnesRefused() throws Exception {
        List<String> attach = attach("bind", "sh", "-c", "cat /proc/self/status; echo $KEPT");
        Files.setPosixFilePermissions(tools, PosixFilePermissions.fromString("rwxr-xr-x")); // for user 7
        int at = attach.indexOf("attach") + 1;
        attach.addAll(at, List.of("--user", "7:8", "--cap-add", "net_raw,kill", "--unconfined", "--keep-env"));
        Ran ran = run("", attach);
        assertThat(ran.err())
                .startsWith("cntr: warning: more than the target may, as was asked for: it runs as user 7:8; it gets"
                        + " CAP_KILL,CAP_NET_RAW; it goes without the target's seccomp filter and security context");
        assertThat(ran.out()).contains("Uid:\t7\t7", "Gid:\t8\t8", "CapEff:\t0000000000002020", "kept\n");

        for (List<String> wrong :
                List.of(List.of("--user", "root"), List.of("--cap-add", "fly"), List.of("--profile", "superman"))) {
            List<String> refused = attach("bind", "true");
            refused.addAll(at, wrong);
            assertThat(run("", refused).code()).isEqualTo(2);
        }
    }

    @Test
    void aTerminalIsJoinedRawWithItsSize() throws Exception {
        Path script = Path.of("/usr/bin/script");
        assumeThat(script).as("script(1) gives the test a terminal").isExecutable();
        String inner = String.join(" ", attach("bind", "sh", "-c", "'stty size; test -t 0 && echo terminal'"));
        Ran ran = run("", List.of(script.toString(), "-qec", "stty cols 99 rows 33; " + inner, "/dev/null"));
        // between them script(1) may type an end of file, which it is at
        assertThat(ran.out()).containsSubsequence("33 99\r\n", "terminal\r\n");
        assertThat(ran.code()).isZero();
    }

    @Test
    void aTerminalIsMadeWhereOneIsAskedFor() throws Exception {
        List<String> command = attach("bind", "sh", "-c", "test -t 0 && test -t 1 && read word && echo got $word");
        command.add(command.indexOf("attach") + 1, "--tty");
        Ran ran = run("typed\n", command);
        assertThat(ran.code()).as(ran.err()).isZero();
        assertThat(ran.out()).endsWith("got typed\r\n");
    }
}
