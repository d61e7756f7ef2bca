package dev.cntr.attach;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.cntr.linux.mount.Mount;
import dev.cntr.linux.program.Exit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AttachIT {
    private TestTarget target;
    private TestTools tools;

    @BeforeAll
    void start(@TempDir Path directory) throws IOException {
        assumeThat(TestTarget.possible())
                .as("/usr/bin/busybox (busybox-static) is installed")
                .isTrue();
        target = TestTarget.start(directory.resolve("target"));
        tools = TestTools.make(directory.resolve("tools"));
    }

    @AfterAll
    void stop() {
        if (target != null) {
            target.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"pid", "net", "ipc", "uts", "cgroup", "user"})
    void theShellIsInTheTargetsNamespace(String kind) {
        assertThat(Session.run(target, tools, "readlink /proc/self/ns/" + kind).strip())
                .isEqualTo(target.link("ns/" + kind));
    }

    @Test
    void theMountNamespaceIsACopy() throws IOException {
        assertThat(Session.run(target, tools, "readlink /proc/self/ns/mnt").strip())
                .isNotEqualTo(target.link("ns/mnt"))
                .isNotEqualTo(
                        Files.readSymbolicLink(Path.of("/proc/self/ns/mnt")).toString());
    }

    @Test
    void seesTheTargetsProcessesAndHostname() {
        assertThat(Session.run(target, tools, "ps; hostname"))
                .contains("sleep 1000")
                .contains("the-target");
    }

    @Test
    void isInTheTargetsCgroups() {
        // read from outside: the cgroup namespace inside is the target's own
        try (Session session = Session.create(target, tools, false, "true")) {
            Path file = Path.of("/proc/" + session.container().pid() + "/cgroup");
            assertThat(file).hasContent(target.file("cgroup"));
        }
    }

    @Test
    void hasTheTargetsIdentityBeforeItStarts() throws IOException {
        try (Session session = Session.create(target, tools, false, "true")) {
            String status =
                    Files.readString(Path.of("/proc/" + session.container().pid() + "/status"));
            for (String key : List.of(
                    "Umask",
                    "Uid",
                    "Gid",
                    "Groups",
                    "CapInh",
                    "CapPrm",
                    "CapEff",
                    "CapBnd",
                    "CapAmb",
                    "NoNewPrivs",
                    "Seccomp")) {
                assertThat(line(status, key)).isEqualTo(line(target.file("status"), key));
            }
            assertThat(Files.readString(Path.of("/proc/" + session.container().pid() + "/limits")))
                    .isEqualTo(target.file("limits"));
        }
    }

    private static String line(String status, String key) {
        return Pattern.compile("^" + key + ":.*$", Pattern.MULTILINE)
                .matcher(status)
                .results()
                .findFirst()
                .orElseThrow()
                .group();
    }

    @Test
    void theTargetsTreeIsThereWithItsMounts() throws IOException {
        Files.writeString(Path.of("/proc/" + target.process().pid() + "/root/data/file"), "of the target");
        assertThat(Session.run(target, tools, "ls /var/lib/cntr; cat /var/lib/cntr/data/file; pwd"))
                .contains("data\ndev\netc")
                .contains("of the target")
                .endsWith("/var/lib/cntr\n");
    }

    @Test
    void filesOfEtcAreTheTargetsAndThoseItLacksAreAbsent() {
        assertThat(Session.run(target, tools, "cat /etc/passwd")).contains("app:x:65532");
        assertThat(Session.run(target, tools, "cat /etc/hostname"))
                .as("a link in the target")
                .isEqualTo("linked\n");
        assertThat(Session.run(target, tools, "cat /etc/resolv.conf"))
                .as("a dangling link in the tools")
                .isEqualTo("nameserver 192.0.2.1\n");
        assertThat(Session.run(target, tools, "cat /etc/hosts; cat /etc/group"))
                .contains("can't open '/etc/hosts'")
                .contains("can't open '/etc/group'")
                .doesNotContain("of the tools");
    }

    @Test
    void theEnvironmentIsTheTargetsWithTheClientsTerminalAndTheToolsPath() {
        assertThat(Session.run(target, tools, "env"))
                .contains("HELLO=world\n", "TERM=xterm\n", "PATH=/var/lib/cntr-session:/bin\n")
                .doesNotContain("LD_PRELOAD", "JAVA_HOME");
    }

    @Test
    void nothingIsLeftInTheTarget() {
        String mounts = target.file("mountinfo");
        assertThat(mounts).as("a target from which mounts could propagate").contains("shared:");
        Session.run(target, tools, "mount -t tmpfs x /tmp; true");
        assertThat(target.file("mountinfo")).isEqualTo(mounts);
    }

    @Test
    void theTreesOfHostAndToolsCannotBeReachedByDescriptors() {
        assertThat(Session.run(target, tools, "ls /proc/self/fd")).matches("0\n1\n2\n3\n"); // 3: of ls itself
    }

    @Test
    void theToolsAreMountedWithoutSetUidAndDevices() {
        assertThat(Session.run(target, tools, "grep ' / / ' /proc/self/mountinfo; head -1 /proc/self/mountinfo"))
                .contains("nosuid,nodev");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 7, 255})
    void theExitCodeIsTheCommands(int code) {
        try (Session session = Session.start(target, tools, false, "sh", "-c", "exit " + code)) {
            assertThat(session.exit()).isEqualTo(new Exit.Exited(code));
        }
    }

    @Test
    void aCommandThatIsKilledEndsWith128AndTheSignal() {
        try (Session session = Session.start(target, tools, false, "sh", "-c", "kill -9 $$")) {
            assertThat(session.exit().code()).isEqualTo(137);
        }
        try (Session session = Session.start(target, tools, false, "sleep", "1000")) {
            session.container().signal(15);
            assertThat(session.exit().code()).isEqualTo(143);
        }
    }

    @Test
    void commandsThatCannotBeExecuted() {
        try (Session session = Session.start(target, tools, false, "no-such-command")) {
            assertThat(session.exit())
                    .isEqualTo(
                            new Exit.NotExecuted(127, "exec: \"no-such-command\": executable file not found in $PATH"));
        }
        try (Session session = Session.start(target, tools, false, "data")) {
            assertThat(session.exit().code()).isEqualTo(126);
        }
    }

    @Test
    void streamsAreSeparateAndBinaryClean() {
        try (Session session = Session.start(target, tools, false, "sh", "-c", "cat; echo error >&2")) {
            session.type("a\n\u0000b");
            session.container().closeStdin();
            assertThat(session.exit().code()).isZero();
            assertThat(session.out().all()).isEqualTo("a\n\u0000b");
            assertThat(session.errors()).isEqualTo("error\n");
        }
    }

    @Test
    void whatACommandLeavesBehindIsKilled() {
        try (Session session =
                Session.start(target, tools, false, "sh", "-c", "setsid sleep 1001 & sleep 1002 & exit 3")) {
            assertThat(session.exit().code()).isEqualTo(3);
            session.out().all(); // ends only when they are gone
        }
        assertThat(Session.run(target, tools, "ps")).doesNotContain("1001").doesNotContain("1002");
    }

    @Test
    void closingOneThatWasNeverStartedLeavesNothing() {
        int pid;
        try (Session session = Session.create(target, tools, false, "true")) {
            pid = session.container().pid();
            assertThat(Path.of("/proc/" + pid)).exists();
        }
        assertThat(Path.of("/proc/" + pid)).doesNotExist();
    }

    @Test
    void toolsWithoutThePlaceForTheTargetAreRefusedWithTheNextStep(@TempDir Path empty) {
        Command command = new Command(List.of("true"), Map.of(), false, Session.SIZE);
        assertThatThrownBy(() -> DebugContainer.create(
                        target.process(),
                        Mount.clone(empty.toString(), Mount.Extent.ONE).fd(),
                        command))
                .isInstanceOf(AttachException.class)
                .hasMessageContaining("pivot_root: No such file or directory (ENOENT)")
                .hasMessageContaining("has no directory var/lib/cntr");
    }
}
