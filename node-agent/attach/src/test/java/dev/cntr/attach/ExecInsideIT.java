package dev.cntr.attach;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.cntr.attach.exec.ExecProgram;
import dev.cntr.linux.Architecture;
import dev.cntr.linux.security.Capabilities;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code cntr exec} inside a session: back into the target's own tree. */
@Timeout(60)
class ExecInsideIT {
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

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void itIsTheTargetsTreeEnvironmentAndNamespaces(boolean user) throws IOException {
        try (TestTarget target = TestTarget.start(directory.resolve("target"), user, TestTarget.SLEEP)) {
            String mounts = target.file("mountinfo");
            String look = "cat /etc/hostname; ls -d /data /var/lib/cntr; echo $HELLO $TERM $PATH; hostname; id -u; pwd;"
                    + " for n in pid net user cgroup; do readlink /proc/self/ns/$n; done";
            String script = "which cntr; cntr exec -- sh -c 'alias x=; b=/bin/busybox; " + inBusybox(look)
                    + "' 2>&1; echo $?; for n in pid net user cgroup; do readlink /proc/self/ns/$n; done";
            List<String> out = Session.run(target, tools, script).lines().toList();
            assertThat(out.subList(0, 8))
                    .containsExactly(
                            "/var/lib/cntr-session/cntr",
                            "linked",
                            "ls: /var/lib/cntr: No such file or directory",
                            "/data",
                            "world xterm /bin",
                            "the-target",
                            "0",
                            "/");
            assertThat(out.subList(8, 12)).isEqualTo(out.subList(13, 17));
            assertThat(out.get(12)).isEqualTo("0");
            assertThat(target.file("mountinfo")).isEqualTo(mounts);
        }
    }

    private static String inBusybox(String script) {
        return script.replaceAll("\\b(cat|ls|hostname|id|pwd|readlink)(?= |;|$)", "\\$b $1")
                .replace("/$b hostname", "/hostname");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '→',
            value = {
                "cntr exec -- sh -c 'exit 7'; echo $? → 7",
                "cntr exec sh -c 'kill -9 $$'; echo $? → 137",
                "cntr exec -- no-such-command 2>&1; echo $? → cntr: exec: \"/bin/no-such-command\": no such file or directory;127",
                "cntr exec --tty sh 2>/dev/null; echo $? → 2",
                "cntr attach web 2>&1 | head -n 1 → usage: cntr exec [--] [COMMAND [ARGUMENT...]]",
                "cntr exec --help 2>&1 | tail -n 1 → Inside a session cntr knows nothing else: attach, exec NAME, list and images are for the machine.",
                "cd /var/lib/cntr/data; cntr exec -- busybox pwd → /data",
                "cd /tmp; cntr exec -- busybox pwd → /",
                "printf 'a\\nb' > /tmp/f; cntr exec busybox cat < /tmp/f | wc -c → 3",
                "cntr exec -- sh -c 'echo out; echo err >&2' 2>/tmp/e | tr o O; cat /tmp/e → Out;err",
                "printf 'busybox id -u\\nexit 5' | cntr exec; echo $? → 0;5",
                "cntr exec busybox head -c 10000000 /dev/zero | cntr exec busybox sha256sum | cut -c 1-8; head -c 10000000 /dev/zero | sha256sum | cut -c 1-8 → f5e02aa7;f5e02aa7",
            })
    void streamsDirectoriesAndExitCodes(String script, String printed) throws IOException {
        try (TestTarget target = target(TestTarget.SLEEP)) {
            assertThat(Session.run(target, tools, script).lines()).containsExactly(printed.split(";"));
        }
    }

    @Test
    void aTerminalHasJobsASizeThatFollowsAndIsGivenBack() throws Exception {
        try (TestTarget target = target(TestTarget.SLEEP);
                Session session = Session.start(target, tools, true, "sh")) {
            session.type("stty -g > /tmp/before; cntr exec -- sh\n");
            session.type("alias b=/bin/busybox\n");
            session.type("b cat /etc/hostname; b stty size\n");
            session.awaitOutput("linked\r\n24 80\r\n");
            session.container().resize(new dev.cntr.linux.terminal.WindowSize(132, 50));
            session.type("b sleep 0.3; b stty size\n");
            session.awaitOutput("50 132\r\n");
            session.type("b tty; b sleep 1020\n");
            session.awaitOutput("/dev/pts/1\r\n");
            Thread.sleep(300);
            session.type("\u0003");
            session.type("echo interrupted $?\n");
            session.awaitOutput("interrupted 130\r\n");
            session.type("exit 9\n");
            session.awaitOutput("exit 9\r\n/var/lib/cntr # ");
            session.type("echo code $?; stty -g > /tmp/after; cmp /tmp/before /tmp/after && echo 'the 'same\n");
            session.awaitOutput("code 9\r\nthe same\r\n");
        }
    }

    @Test
    void signalsReachTheCommandAndItEndsWithWhoAsked() throws Exception {
        try (TestTarget target = target(TestTarget.SLEEP)) {
            String trap = "trap 'echo got; exit 9' TERM; echo ready; while :; do /bin/busybox sleep 0.05; done";
            String script = "mkfifo /tmp/f; cntr exec sh -c \"" + trap + "\" > /tmp/f & exec < /tmp/f; read x; echo $x;"
                    + " kill -TERM $!; wait $!; echo $?; read x; echo $x";
            assertThat(Session.run(target, tools, script)).isEqualTo("ready\n9\ngot\n");
            String killed = "s=sleep; count() { ps -o args | grep -c '^busybox [s]leep 1021'; };"
                    + " cntr exec busybox $s 1021 & until [ $(count) = 1 ]; do sleep 0.1; done;"
                    + " kill -9 $!; until [ $(count) = 0 ]; do sleep 0.1; done; echo gone";
            assertThat(Session.run(target, tools, killed)).isEqualTo("gone\n");
            String left = killed.substring(0, killed.indexOf("kill")) + "echo runs";
            assertThat(Session.run(target, tools, left)).isEqualTo("runs\n");
            assertThat(Session.run(target, tools, "ps -o args | grep -c '^busybox [s]leep 1021'"))
                    .isEqualTo("0\n");
        }
    }

    @Test
    void anElevatedSessionHasTheSameRightsThere() throws IOException {
        try (TestTarget target = target("exec /bin/become")) {
            Elevation raised = new Elevation(
                    Profile.GENERAL,
                    Optional.of(Elevation.User.parse("1234:5678")),
                    Capabilities.parse("net_admin"),
                    false);
            String look = "grep -E '^(Uid|Gid|Groups|Cap|NoNewPrivs|Seccomp)' /proc/self/status";
            String out =
                    Session.run(target, tools, look + "; cntr exec /bin/busybox " + look.replace("'", "\""), raised);
            List<String> lines = out.lines().toList();
            assertThat(lines).hasSizeGreaterThanOrEqualTo(20);
            assertThat(lines.subList(0, lines.size() / 2)).isEqualTo(lines.subList(lines.size() / 2, lines.size()));
            assertThat(out).contains("Uid:\t1234\t1234", "CapEff:\t0000000000081000", "NoNewPrivs:\t1");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "su -s /bin/sh app -c 'PATH=/var/lib/cntr-session; cntr exec true', user",
        "setpriv --nnp cntr exec true, no_new_privs",
        "unshare -m cntr exec true, mount namespace",
        "unshare -r cntr exec true, user namespace",
    })
    void whoHasGivenUpRightsDoesNotGetThemBack(String command, String what) throws IOException {
        try (TestTarget target = target(TestTarget.SLEEP)) {
            assertThat(Session.run(target, tools, command + " 2>&1; echo $?"))
                    .isEqualTo(
                            "cntr: cannot run a command in the container: only a process of the session that has all its"
                                    + " rights may do this, and this one has another or less: " + what + "\n125\n");
        }
    }

    /** By way of /proc/PID/root it finds the socket, as every process of the same user does. */
    @Test
    void aProcessOfTheTargetGetsNothing() throws Exception {
        try (TestTarget target = target(TestTarget.SLEEP);
                Session session = Session.start(target, tools, false, "sleep", "1023")) {
            int pid = session.innerPid();
            String socket = "/proc/" + pid + "/root/var/lib/cntr-session/socket";
            Path ask = target.root().resolve("bin/ask");
            Files.write(
                    ask, ExecProgram.assemble(Architecture.current(), socket).elf());
            Files.setPosixFilePermissions(ask, PosixFilePermissions.fromString("rwxr-xr-x"));
            assertThat(Session.runInTarget(target, "/bin/ask exec /bin/busybox id 2>&1; echo $?"))
                    .isEqualTo(
                            "cntr: cannot run a command in the container: only a process of the session that has all its"
                                    + " rights may do this, and this one has another or less: mount namespace\n125\n");
            assertThat(Session.runInTarget(target, "/bin/busybox ls /var/lib/cntr-session 2>&1; echo $?"))
                    .endsWith("No such file or directory\n1\n");
        }
    }

    @Test
    void itsFilesCannotBeChangedAndGiveNoRights() throws IOException {
        try (TestTarget target = target(TestTarget.SLEEP)) {
            String script = "cd /var/lib/cntr-session; for f in cntr bashrc new; do echo x > $f; done; rm socket;"
                    + " grep -o ' /var/lib/cntr-session r[a-z,]*' /proc/self/mountinfo";
            assertThat(Session.run(target, tools, script).lines().filter(l -> l.contains("Read-only file system")))
                    .hasSize(4);
            assertThat(Session.run(target, tools, script)).contains(" /var/lib/cntr-session ro,nosuid,nodev");
        }
    }

    @Test
    void toolsWithoutAPlaceForItGoWithoutAndSaySo() throws IOException {
        Files.delete(directory.resolve("tools/var/lib/cntr-session"));
        try (TestTarget target = target(TestTarget.SLEEP);
                Session session = Session.start(target, tools, false, "sh", "-c", "cntr; echo $PATH")) {
            assertThat(session.container().warnings()).anyMatch(w -> w.contains("/var/lib/cntr-session"));
            assertThat(session.exit().code()).isZero();
            assertThat(session.out().all()).isEqualTo("/bin\n");
        }
    }

    @Test
    void manyAtOnceAreBounded() throws IOException {
        try (TestTarget target = target(TestTarget.SLEEP)) {
            String script =
                    "for i in $(seq 20); do cntr exec busybox sleep 3 2>>/tmp/e & done; wait; grep -c answer /tmp/e;"
                            + " cntr exec busybox echo again";
            assertThat(Session.run(target, tools, script)).isEqualTo("4\nagain\n");
        }
    }

    /** Connections that say nothing, or not what they should. */
    @Test
    void hostileClientsHoldNothingUp() throws Exception {
        try (TestTarget target = target(TestTarget.SLEEP);
                Session session = Session.start(target, tools, false, "sleep", "1024")) {
            Path socket = Path.of("/proc/" + session.container().pid() + "/root/var/lib/cntr-session/socket");
            for (int i = 0; i < 3; i++) {
                try (var silent = java.nio.channels.SocketChannel.open(java.net.UnixDomainSocketAddress.of(socket))) {
                    silent.write(java.nio.ByteBuffer.wrap(new byte[1]));
                    byte[] answer =
                            java.nio.channels.Channels.newInputStream(silent).readAllBytes();
                    assertThat(new String(answer, StandardCharsets.UTF_8)).contains("mount namespace");
                }
            }
            session.container().close();
            assertThat(session.exit().code()).isEqualTo(137);
        }
    }
}
