package dev.cntr.oci.cli;

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
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code cntr-oci} as an engine runs it: one process a command. */
@Timeout(120)
class CntrOciIT {
    @TempDir
    Path bundle;

    private final String id = "it-" + ProcessHandle.current().pid() + "-" + System.nanoTime();

    record Ran(int code, String out, String err) {}

    @BeforeEach
    void makeBundle() throws IOException, InterruptedException {
        Path busybox = Path.of("/usr/bin/busybox");
        assumeThat(busybox).as("busybox-static is installed").isExecutable();
        Path bin = Files.createDirectories(bundle.resolve("rootfs/bin"));
        Files.copy(busybox, bin.resolve("busybox"));
        for (String name : List.of(
                "sh", "id", "cat", "ls", "ps", "grep", "hostname", "sleep", "stat", "touch", "ulimit", "tty", "stty")) {
            Files.createSymbolicLink(bin.resolve(name), Path.of("busybox"));
        }
        assertThat(cntrOci("spec", "--bundle", bundle.toString()).code()).isZero();
    }

    @AfterEach
    void deleteContainer() throws IOException, InterruptedException {
        assertThat(cntrOci("delete", "--force", id)).isEqualTo(new Ran(0, "", ""));
        assertThat(bundle.resolve("state").toFile().list()).isNullOrEmpty();
        try (Stream<Path> cgroups = Files.find(Path.of("/sys/fs/cgroup"), 4, (path, _) -> path.endsWith(id))) {
            assertThat(cgroups).isEmpty();
        }
    }

    /** Changes config.json: no terminal, this command. */
    private void configure(String script, String... replacements) throws IOException {
        Path file = bundle.resolve("config.json");
        String json = Files.readString(file)
                .replace("\"terminal\": true", "\"terminal\": false")
                .replace("[\"sh\"]", "[\"sh\", \"-c\", \"" + script + "\"]");
        for (int i = 0; i < replacements.length; i += 2) {
            assertThat(json).contains(replacements[i]);
            json = json.replace(replacements[i], replacements[i + 1]);
        }
        Files.writeString(file, json);
    }

    private List<String> command(String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "--root",
                bundle.resolve("state").toString(),
                "--log",
                bundle.resolve("log").toString(),
                "--log-format",
                "json"));
        command.addAll(List.of(arguments));
        return command;
    }

    private Ran cntrOci(String... arguments) throws IOException, InterruptedException {
        Path out = bundle.resolve("stdout");
        Path err = bundle.resolve("stderr");
        Process process = new ProcessBuilder(command(arguments))
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        process.getOutputStream().close();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return new Ran(process.exitValue(), Files.readString(out), Files.readString(err));
    }

    /** Creates, starts, and waits for the end; what the container printed. */
    private String output() throws IOException, InterruptedException {
        Path out = bundle.resolve("container");
        Process create = new ProcessBuilder(command("create", "--bundle", bundle.toString(), id))
                .redirectOutput(out.toFile())
                .redirectErrorStream(true)
                .start();
        create.getOutputStream().close();
        assertThat(create.waitFor()).as(() -> read(out)).isZero();
        assertThat(cntrOci("start", id)).isEqualTo(new Ran(0, "", ""));
        awaitStatus("stopped");
        return read(out);
    }

    private static String read(Path file) {
        try {
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            return e.toString();
        }
    }

    private void awaitStatus(String status) throws IOException, InterruptedException {
        String state = "";
        for (int i = 0; i < 50 && !state.contains("\"" + status + "\""); i++) {
            state = cntrOci("state", id).out();
        }
        assertThat(state).contains("\"status\" : \"" + status + "\"");
    }

    @Test
    void fromCreatedToDeleted() throws Exception {
        configure("sleep 1000");
        Path pidFile = bundle.resolve("pid");
        Ran create = cntrOci("create", "--bundle", bundle.toString(), "--pid-file", pidFile.toString(), id);
        assertThat(create).isEqualTo(new Ran(0, "", ""));
        Path process = Path.of("/proc", Files.readString(pidFile));
        assertThat(process).exists();
        assertThat(cntrOci("state", id).out()).contains("\"status\" : \"created\"");
        assertThat(cntrOci("create", "--bundle", bundle.toString(), id).err()).contains("exists already");

        assertThat(cntrOci("start", id).code()).isZero();
        awaitStatus("running");
        assertThat(cntrOci("start", id).err()).contains("it is running");
        assertThat(cntrOci("delete", id).err()).contains("it is running");
        assertThat(cntrOci("list", "-q").out()).isEqualTo(id + "\n");

        assertThat(cntrOci("kill", id, "SIGKILL").code()).isZero();
        awaitStatus("stopped");
        assertThat(cntrOci("kill", id).err()).contains("it is stopped");
        assertThat(cntrOci("delete", id).code()).isZero();
        assertThat(cntrOci("state", id).err()).isEqualTo("cntr-oci: container \"" + id + "\" does not exist\n");
    }

    @Test
    void theProcessIsAsTheConfigurationHasIt() throws Exception {
        configure(
                "id; hostname; ps; grep -E 'CapBnd|CapEff|NoNewPrivs|Groups' /proc/self/status; ulimit -n; ls /sys/fs/cgroup; touch /x",
                "\"uid\": 0, \"gid\": 0",
                "\"uid\": 1000, \"gid\": 1001, \"additionalGids\": [2000]");
        assertThat(output())
                .contains("uid=1000 gid=1001 groups=2000\ncntr-oci\n")
                .containsPattern("(?m)^ +1 1000 ")
                .contains("CapBnd:\t0000000020000420")
                .contains("CapEff:\t0000000000000000") // of another user than root, without ambient ones
                .contains("NoNewPrivs:\t1")
                .contains("\n1024\n")
                .contains("memory\n")
                .contains("touch: /x: Read-only file system");
    }

    @Test
    void pathsAreMaskedAndReadOnlyAndDevicesAreThere() throws Exception {
        configure(
                "cat /proc/kcore | stat -c %s -; ls /sys/firmware; echo 1 > /proc/sys/kernel/panic; stat -c '%F %t:%T %a' /dev/null; echo x > /dev/null; ls /dev/pts; ls -l /dev/fd");
        assertThat(output())
                .contains("can't create /proc/sys/kernel/panic: Read-only file system")
                .contains("character special file 1:3 666")
                .contains("/dev/fd -> /proc/self/fd")
                .doesNotContain("efi");
    }

    @Test
    void bindMountsOfDirectoriesAndFiles() throws Exception {
        Path data = Files.createDirectories(bundle.resolve("data"));
        Files.writeString(data.resolve("file"), "of the host");
        Files.createSymbolicLink(bundle.resolve("rootfs/escape"), data); // must not lead out of the container
        Files.createDirectories(bundle.resolve("rootfs" + data));
        configure(
                "cat /mnt/deep/data/file /etc/one; echo x > /mnt/deep/data/new; ls /escape",
                "\"mounts\": [",
                "\"mounts\": [{\"destination\": \"/mnt/deep/data\", \"source\": \"data\", \"options\": [\"rbind\", \"ro\"]},"
                        + "{\"destination\": \"/etc/one\", \"source\": \"" + data + "/file\", \"options\": [\"bind\"]},"
                        + "{\"destination\": \"/escape/inside\", \"type\": \"tmpfs\"},");
        assertThat(output())
                .contains("of the hostof the host")
                .contains("can't create /mnt/deep/data/new: Read-only file system")
                .endsWith("inside\n");
        assertThat(data.resolve("inside"))
                .as("made in the container, not on the host")
                .doesNotExist();
    }

    @Test
    void aSeccompProfileIsInForceWithAndWithoutNewPrivileges() throws Exception {
        String profile = "\"linux\": { \"seccomp\": {\"defaultAction\": \"SCMP_ACT_ALLOW\", \"syscalls\":"
                + " [{\"names\": [\"personality\"], \"action\": \"SCMP_ACT_ERRNO\", \"errnoRet\": 28,"
                + " \"args\": [{\"index\": 0, \"value\": 8, \"op\": \"SCMP_CMP_EQ\"}]}]},";
        configure(
                "/bin/busybox linux32 true; grep -E '^(Seccomp|NoNewPrivs):' /proc/self/status",
                "\"linux\": {",
                profile);
        assertThat(output()).contains("No space left on device").contains("NoNewPrivs:\t1\nSeccomp:\t2");
        assertThat(cntrOci("delete", id).code()).isZero();

        configure("", "\"noNewPrivileges\": true", "\"noNewPrivileges\": false");
        assertThat(output()).contains("No space left on device").contains("NoNewPrivs:\t0\nSeccomp:\t2");
    }

    @Test
    void aUserNamespaceWithMappedIds() throws Exception {
        for (Path p = bundle; p != null && p.getNameCount() > 1; p = p.getParent()) {
            Files.setPosixFilePermissions(p, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        try (Stream<Path> all = Files.walk(bundle.resolve("rootfs"))) {
            for (Path p : all.toList()) {
                Files.setAttribute(p, "unix:uid", 100_000, LinkOption.NOFOLLOW_LINKS);
                Files.setAttribute(p, "unix:gid", 100_000, LinkOption.NOFOLLOW_LINKS);
            }
        }
        String map = "[{\"containerID\": 0, \"hostID\": 100000, \"size\": 65536}]";
        configure(
                "id -u; cat /proc/self/uid_map; echo x > /dev/null && echo written",
                "{ \"type\": \"pid\" }",
                "{ \"type\": \"pid\" }, { \"type\": \"user\" }",
                "\"linux\": {",
                "\"linux\": { \"uidMappings\": " + map + ", \"gidMappings\": " + map + ",");
        assertThat(output())
                .startsWith("0\n")
                .containsPattern("0 +100000 +65536")
                .contains("written");
    }

    @Test
    void whatCannotBeCreatedLeavesAnErrorAndNothingElse() throws Exception {
        configure("true", "\"sh\", \"-c\"", "\"no-such-command\"");
        Ran ran = cntrOci("create", "--bundle", bundle.toString(), id);
        assertThat(ran.code()).isEqualTo(1);
        assertThat(ran.err()).contains("look for /bin/no-such-command: faccessat: No such file or directory");
        assertThat(bundle.resolve("log")).content().contains("\"level\":\"error\"", "no-such-command");
        assertThat(cntrOci("state", id).err()).contains("does not exist");
    }

    @Test
    void aTerminalGoesToTheConsoleSocket() throws Exception {
        Path listener = Path.of("/usr/bin/python3");
        assumeThat(listener).as("python3 receives the descriptor").isExecutable();
        Path socket = bundle.resolve("console.sock");
        String python = """
                import array, os, socket, sys
                s = socket.socket(socket.AF_UNIX); s.bind(sys.argv[1]); s.listen(); print('listening', flush=True)
                c, _ = s.accept(); _, data, _, _ = c.recvmsg(100, socket.CMSG_SPACE(4))
                fd = array.array('i', data[0][2])[0]; out = b''
                while True:
                    try: part = os.read(fd, 1000)
                    except OSError: break
                    if not part: break
                    out += part
                print(out.decode())
                """;
        Process receiver = new ProcessBuilder(listener.toString(), "-c", python, socket.toString()).start();
        try (var lines = receiver.inputReader(StandardCharsets.UTF_8)) {
            assertThat(lines.readLine()).isEqualTo("listening");
            configure(
                    "tty; stty size",
                    "\"terminal\": false",
                    "\"terminal\": true, \"consoleSize\": {\"width\": 91, \"height\": 17}");
            assertThat(cntrOci("create", "--bundle", bundle.toString(), "--console-socket", socket.toString(), id))
                    .isEqualTo(new Ran(0, "", ""));
            assertThat(cntrOci("start", id).code()).isZero();
            assertThat(lines.readLine()).isEqualTo("/dev/pts/0");
            assertThat(lines.readAllLines()).contains("17 91");
        } finally {
            receiver.destroyForcibly();
        }
    }

    @Test
    void commandsThatComeLaterAreRefused() throws Exception {
        assertThat(cntrOci("exec", id, "true"))
                .isEqualTo(new Ran(1, "", "cntr-oci: \"exec\" is not implemented yet by cntr-oci\n"));
        assertThat(cntrOci("--systemd-cgroup", "list").err()).contains("cgroupfs driver");
    }
}
