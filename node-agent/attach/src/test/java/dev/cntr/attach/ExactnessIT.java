package dev.cntr.attach;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.cntr.linux.security.Capabilities;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The running command is what the target is, in what the kernel tells of both; and more only where that was asked for. */
@Timeout(60)
class ExactnessIT {
    private static final Elevation GENERAL = new Elevation(Profile.GENERAL, Optional.empty(), Capabilities.NONE, false);
    private static final List<String> CAPABILITIES = List.of("CapPrm", "CapEff", "CapBnd", "CapAmb");

    @TempDir
    Path directory;

    private TestTools tools;

    @BeforeEach
    void makeTools() throws IOException {
        assumeThat(TestTarget.possible())
                .as("/usr/bin/busybox (busybox-static) is installed")
                .isTrue();
        tools = TestTools.make(directory.resolve("tools"));
    }

    private TestTarget target(String main) throws IOException {
        return TestTarget.start(directory.resolve("target"), false, main);
    }

    /** A target that holds capabilities in a way that execve(2) would not leave to it. */
    private TestTarget holder(int uid, long permitted, long ambient) throws IOException {
        Path bin = Files.createDirectories(directory.resolve("target/bin"));
        Become.writeWithCapabilities(bin.resolve("holder"), uid, permitted, ambient);
        return target("exec /bin/holder");
    }

    private static String line(String status, String key) {
        return Pattern.compile("^" + key + ":.*$", Pattern.MULTILINE)
                .matcher(status)
                .results()
                .findFirst()
                .orElseThrow()
                .group();
    }

    @ParameterizedTest
    @CsvSource({"1000, 0x400, 0x400", "0, 0x2400, 0", "0, 0, 0", "1000, 0, 0"})
    void capabilitiesAreTheTargetsAfterTheCommandIsExecuted(int uid, String permitted, String ambient)
            throws IOException {
        try (TestTarget target = holder(uid, Long.decode(permitted), Long.decode(ambient))) {
            String status = Session.run(target, tools, "cat /proc/self/status");
            for (String key : List.of("CapPrm", "CapEff", "CapBnd", "Uid")) {
                assertThat(line(status, key)).isEqualTo(line(target.file("status"), key));
            }
        }
    }

    @Test
    void capabilitiesOfAFileAreHeldAsAmbientOnesWithAWarning() throws IOException {
        try (TestTarget target = holder(1000, 0x400, 0)) {
            try (Session session = Session.create(target, tools, false, "true")) {
                assertThat(session.container().warnings())
                        .anyMatch(w -> w.contains("CAP_NET_BIND_SERVICE are held as ambient ones"));
            }
            assertThat(line(Session.run(target, tools, "cat /proc/self/status"), "CapEff"))
                    .isEqualTo(line(target.file("status"), "CapEff"));
        }
    }

    @Test
    void schedulingAndScoresAreTheTargets() throws IOException {
        String main = "echo 321 > /proc/self/oom_score_adj; ulimit -c 7; " + TestTarget.SLEEP;
        try (TestTarget target = target(main)) {
            String pid = Integer.toString(target.process().pid());
            for (String change : List.of("chrt -b -p 0", "renice -n 7 -p", "ionice -c 3 -p", "taskset -p 1")) {
                assertThat(host(change, pid)).doesNotContain("fail");
            }
            Session session = Session.start(target, tools, false, "sleep", "1000"); // ends with the target
            Path ours = awaitExecuted(session);
            for (String file : List.of("oom_score_adj", "limits")) {
                assertThat(ours.resolve(file)).hasContent(target.file(file));
            }
            assertThat(scheduling(Files.readString(ours.resolve("stat"))))
                    .isEqualTo(scheduling(target.file("stat")))
                    .isEqualTo("7 3");
            for (String key : List.of("Cpus_allowed", "Umask", "Groups")) {
                assertThat(line(Files.readString(ours.resolve("status")), key))
                        .isEqualTo(line(target.file("status"), key));
            }
            assertThat(host("ionice -p", ours.getFileName().toString())).contains("idle");
            session.close();
        }
    }

    /** The nice value and the policy, proc_pid_stat(5). */
    private static String scheduling(String stat) {
        String[] after = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return after[16] + " " + after[38];
    }

    /** Runs a command of this machine on a process. */
    private static String host(String command, String pid) throws IOException {
        Process p = new ProcessBuilder((command + " " + pid).split(" ", -1))
                .redirectErrorStream(true)
                .start();
        return new String(p.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    private static Path awaitExecuted(Session session) throws IOException {
        Path process = Path.of("/proc/" + session.container().pid());
        long end = System.nanoTime() + 10_000_000_000L;
        while (!Files.readString(process.resolve("cmdline")).startsWith("sleep") && System.nanoTime() < end) {
            Thread.onSpinWait();
        }
        return process;
    }

    @ParameterizedTest
    @ValueSource(strings = {TestTarget.SLEEP, "exec /bin/become"})
    void theLoaderTrustsItsEnvironmentAsItDoesTheTargets(String main) throws IOException {
        try (TestTarget target = target(main);
                Session session = Session.start(target, tools, false, "sleep", "1000")) {
            assertThat(secure(awaitExecuted(session)))
                    .isEqualTo(secure(Path.of("/proc/" + target.process().pid())))
                    .isZero();
        }
    }

    /** AT_SECURE of getauxval(3). */
    private static long secure(Path process) throws IOException {
        ByteBuffer auxv =
                ByteBuffer.wrap(Files.readAllBytes(process.resolve("auxv"))).order(ByteOrder.nativeOrder());
        while (auxv.hasRemaining()) {
            long key = auxv.getLong();
            long value = auxv.getLong();
            if (key == 23) {
                return value;
            }
        }
        throw new AssertionError("no AT_SECURE");
    }

    @Test
    void startsInTheTargetsWorkingDirectory() throws IOException {
        try (TestTarget target = target("cd /data; " + TestTarget.SLEEP)) {
            assertThat(Session.run(target, tools, "pwd")).isEqualTo("/var/lib/cntr/data\n");
            assertThat(Session.runInTarget(target, "pwd")).isEqualTo("/data\n");
        }
    }

    @Test
    void aTargetWhoseRootIsReadOnlyAndHasNoPlaceForTools() throws IOException {
        try (TestTarget target = target("/bin/busybox mount -o remount,ro,bind /; " + TestTarget.SLEEP)) {
            String mounts = target.file("mountinfo");
            assertThat(Session.run(target, tools, "touch /var/lib/cntr/new; cat /etc/passwd"))
                    .contains("Read-only file system")
                    .contains("app:x:65532");
            assertThat(target.file("mountinfo")).isEqualTo(mounts);
        }
    }

    @Test
    void aTargetWithoutProc() throws IOException {
        try (TestTarget target = target("/bin/busybox umount /proc; " + TestTarget.SLEEP)) {
            assertThat(Session.run(target, tools, "ps; ls /var/lib/cntr/proc"))
                    .contains("sleep 1000")
                    .doesNotContain("cpuinfo");
            assertThat(target.file("mountinfo")).doesNotContain(" /proc ");
        }
    }

    @Test
    void aTimeNamespace() throws IOException {
        Process process = new ProcessBuilder(
                        "unshare", "--time", "--boottime", "5000000", "--fork", "/usr/bin/busybox", "sleep", "1000")
                .start();
        try (TestTarget target = TestTarget.ofChild(process, directory)) {
            assertThat(target.link("ns/time"))
                    .isNotEqualTo(Files.readSymbolicLink(Path.of("/proc/self/ns/time"))
                            .toString());
            assertThat(Session.run(target, tools, "readlink /proc/self/ns/time").strip())
                    .isEqualTo(target.link("ns/time"));
            String uptime =
                    Session.run(target, tools, "cut -d. -f1 /proc/uptime").strip();
            assertThat(Long.parseLong(uptime)).isGreaterThan(5_000_000);
        }
    }

    @Test
    void theGeneralProfileMayTraceATargetThatItsOwnUserMayNot() throws IOException {
        tools.addTracer();
        try (TestTarget target = holder(65532, 0, 0)) { // not dumpable, as after a change of its user
            assertThat(Session.run(target, tools, "trace; echo $?")).isEqualTo("125\n");
            assertThat(Session.run(target, tools, "trace; echo $?; id -u", GENERAL))
                    .isEqualTo("0\n65532\n");
        }
    }

    @Test
    void profilesAddExactlyWhatTheyName() throws IOException {
        try (TestTarget target = target("exec /bin/become")) {
            assertSets(target, GENERAL, "0000000000080000");

            Elevation more = new Elevation(Profile.NETADMIN, Optional.empty(), Capabilities.parse("kill"), false);
            assertSets(target, more, "0000000000003020");
            assertThat(line(Session.run(target, tools, "cat /proc/self/status", more), "Seccomp"))
                    .endsWith("2");
            try (Session session =
                    Session.create(target, tools, Session.command(false, "true").elevated(more))) {
                assertThat(session.container().warnings())
                        .contains("more than the target may, as was asked for: it gets"
                                + " CAP_KILL,CAP_NET_ADMIN,CAP_NET_RAW");
            }
        }
    }

    private void assertSets(TestTarget target, Elevation elevation, String added) {
        String status = Session.run(target, tools, "cat /proc/self/status", elevation);
        assertThat(line(status, "CapEff")).endsWith(added);
        assertThat(line(status, "CapPrm")).endsWith(added);
        long bounding = Long.parseLong(line(target.file("status"), "CapBnd").substring(8), 16);
        assertThat(line(status, "CapBnd")).endsWith("%016x".formatted(bounding | Long.parseLong(added, 16)));
    }

    @Test
    void sysadminAndUnconfined() throws IOException {
        try (TestTarget target = target("exec /bin/become")) {
            Elevation sysadmin = new Elevation(Profile.SYSADMIN, Optional.empty(), Capabilities.NONE, false);
            String status = Session.run(target, tools, "cat /proc/self/status", sysadmin);
            assertThat(line(status, "CapEff"))
                    .as("all that this program has itself")
                    .isEqualTo(line(Files.readString(Path.of("/proc/self/status")), "CapEff"));
            assertThat(line(status, "Seccomp")).endsWith("0");
            assertThat(line(status, "NoNewPrivs")).endsWith("0");
            assertThat(line(status, "Uid")).contains("65532");

            Elevation unconfined = new Elevation(Profile.TARGET, Optional.empty(), Capabilities.NONE, true);
            String other = Session.run(target, tools, "cat /proc/self/status", unconfined);
            assertThat(line(other, "Seccomp")).endsWith("0");
            for (String key : List.of("CapPrm", "CapEff", "CapBnd", "CapAmb", "Uid", "Groups", "NoNewPrivs")) {
                assertThat(line(other, key)).isEqualTo(line(target.file("status"), key));
            }
        }
    }

    @Test
    void anotherUserHasWhatThatUserWouldHaveInTheContainer() throws IOException {
        try (TestTarget target = target("exec /bin/become")) {
            String root =
                    Session.run(target, tools, "id -u; id -g; cat /proc/self/status", user(0, OptionalLong.empty()));
            assertThat(root).startsWith("0\n65532\n");
            assertThat(line(root, "CapEff")).as("the bounding set").endsWith("0000000000000400");
        }
        try (TestTarget target = TestTarget.start(directory.resolve("second"))) {
            String user =
                    Session.run(target, tools, "id -u; id -g; cat /proc/self/status", user(7, OptionalLong.of(8)));
            assertThat(user).startsWith("7\n8\n");
            assertThat(CAPABILITIES.subList(0, 2))
                    .allMatch(key -> line(user, key).endsWith("0000000000000000"));
            assertThat(line(user, "CapBnd")).isEqualTo(line(target.file("status"), "CapBnd"));
        }
    }

    private static Elevation user(long uid, OptionalLong gid) {
        return new Elevation(Profile.TARGET, Optional.of(new Elevation.User(uid, gid)), Capabilities.NONE, false);
    }

    @Test
    void aUserThatTheTargetsNamespaceDoesNotMapIsRefused() throws IOException {
        try (TestTarget target = TestTarget.inUserNamespace(directory.resolve("target"))) {
            assertThatExceptionOfType(AttachException.class)
                    .isThrownBy(() -> Session.run(target, tools, "true", user(70_000, OptionalLong.empty())))
                    .withMessageContaining("user id 70000 is not mapped in its user namespace");
        }
    }

    @Test
    void commandsInTheTargetsOwnTree() throws IOException {
        try (TestTarget target = TestTarget.start(directory.resolve("target"))) {
            String mounts = target.file("mountinfo");
            String out = Session.runInTarget(target, "ls /; /bin/busybox env; /bin/busybox readlink /proc/self/ns/pid");
            assertThat(out)
                    .contains("bin\ndata\n")
                    .doesNotContain("var")
                    .contains("HELLO=world\n", "PATH=/bin\n", "LD_PRELOAD=/app.so\n", "TERM=xterm\n")
                    .contains(target.link("ns/pid"));
            assertThat(target.file("mountinfo")).isEqualTo(mounts);
        }
    }

    @Test
    void whatACommandInTheTargetsTreeLeavesBehindIsKilledAndTheTargetIsNot() throws IOException {
        try (TestTarget target = TestTarget.start(directory.resolve("target"))) {
            Session.runInTarget(target, "/bin/busybox setsid /bin/busybox sleep 1011 > /dev/null 2>&1 & exit 0");
            assertThat(Session.runInTarget(target, "/bin/busybox ps"))
                    .contains("sleep 1000")
                    .doesNotContain("sleep 1011");
        }
    }

    @Test
    void filtersThatCannotBeCopiedAreMadeFromTheProfileOrRefused() throws IOException {
        String spec = "{\"linux\": {\"seccomp\": {\"defaultAction\": \"SCMP_ACT_ALLOW\", \"syscalls\":"
                + " [{\"names\": [\"personality\"], \"action\": \"SCMP_ACT_ERRNO\"}]}}}";
        try (TestTarget target = target("exec /bin/become")) {
            Process tracer = TestTools.trace(
                    directory.resolve("tracer"), target.process().pid());
            try {
                assertThat(line(target.file("status"), "TracerPid")).endsWith("\t" + tracer.pid());
                Command command = Session.command(false, "linux32", "true");
                assertThatExceptionOfType(AttachException.class)
                        .isThrownBy(() -> Session.create(target, tools, command))
                        .withMessageContaining("it is traced already")
                        .withMessageContaining("say --unconfined");
                try (Session session = Session.create(target, tools, command.madeBy(Optional.of(spec)))) {
                    assertThat(session.container().warnings())
                            .anyMatch(w -> w.contains("made anew from the profile that its engine tells"));
                    session.container().start();
                    assertThat(session.exit().code()).isEqualTo(1);
                    assertThat(session.errors()).contains("Operation not permitted");
                }
                Elevation unconfined = new Elevation(Profile.TARGET, Optional.empty(), Capabilities.NONE, true);
                assertThat(Session.run(target, tools, "linux32 true; echo $?", unconfined))
                        .isEqualTo("0\n");
            } finally {
                tracer.destroyForcibly();
            }
        }
    }
}
