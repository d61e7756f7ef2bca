package dev.cntr.attach;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.cntr.linux.mount.Mount;
import dev.cntr.linux.proc.PinnedProcess;
import dev.cntr.linux.program.Exit;
import dev.cntr.linux.terminal.WindowSize;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Terminals, and the ends of a debug container. */
@Timeout(60)
class LifeIT {
    @TempDir
    Path directory;

    private TestTarget target;
    private TestTools tools;

    @BeforeEach
    void start() throws IOException {
        assumeThat(TestTarget.possible())
                .as("/usr/bin/busybox (busybox-static) is installed")
                .isTrue();
        target = TestTarget.start(directory.resolve("target"));
        tools = TestTools.make(directory.resolve("tools"));
    }

    @AfterEach
    void stop() {
        target.close();
    }

    @Test
    void aTerminalOfTheTargetsDevptsWithSizeAndCtrlC() throws Exception {
        try (Session session = Session.start(target, tools, true, "sh")) {
            session.type("tty; stty size\n");
            session.awaitOutput("/dev/pts/0\r\n24 80\r\n");
            session.container().resize(new WindowSize(132, 50));
            session.type("stty size\n");
            session.awaitOutput("50 132\r\n");
            session.type("sleep 1003\n");
            awaitProcess("sleep\0001003");
            session.type("\u0003");
            session.type("echo interrupted $?\n");
            session.awaitOutput("interrupted 130\r\n/var/lib/cntr # "); // the prompt: it reads a line
            session.container().closeStdin();
            assertThat(session.exit()).isEqualTo(new Exit.Exited(0));
        }
    }

    @Test
    void closingATerminalHangsUpAndLeavesNothing() throws Exception {
        String script = "trap 'echo hung up > /var/lib/cntr/data/hup; exit 9' HUP; setsid sleep 1004 & wait";
        try (Session session = Session.start(target, tools, true, "sh", "-c", script)) {
            awaitProcess("sleep\0001004");
            session.container().close();
            assertThat(session.exit().code()).isEqualTo(9);
            assertThat(Path.of("/proc/" + target.process().pid() + "/root/data/hup"))
                    .hasContent("hung up");
            assertThat(processes("sleep\0001004")).isEmpty();
        }
    }

    @Test
    void endsWithTheTarget() {
        try (Session session = Session.start(target, tools, false, "sleep", "1005")) {
            long start = System.nanoTime();
            target.process().signal(9);
            assertThat(session.exit().code()).isEqualTo(137);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(1));
        }
    }

    @Test
    void killingTheJvmLeavesNoProcess() throws Exception {
        Process jvm = new ProcessBuilder(List.of(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Agent.class.getName(),
                        Integer.toString(target.process().pid()),
                        directory.resolve("tools").toString()))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader out = jvm.inputReader(StandardCharsets.UTF_8)) {
            assertThat(out.readLine()).isEqualTo("started");
            awaitProcess("sleep\0001006");
            awaitProcess("sleep\0001007");
            jvm.destroyForcibly();
            assertThat(jvm.waitFor(10, TimeUnit.SECONDS)).isTrue();
            for (String sleep : List.of("sleep\0001006", "sleep\0001007")) {
                for (int i = 0; i < 200 && !processes(sleep).isEmpty(); i++) {
                    Thread.sleep(10);
                }
                assertThat(processes(sleep)).isEmpty();
            }
            assertThat(processes("/bin/busybox\000sleep\0001000"))
                    .as("the target")
                    .contains((long) target.process().pid());
        } finally {
            jvm.destroyForcibly();
        }
    }

    /** An agent in a JVM of its own, to be killed. */
    static final class Agent {
        private Agent() {}

        @SuppressWarnings("SystemOut") // the test reads it
        public static void main(String[] arguments) throws Exception {
            var process = PinnedProcess.open(Integer.parseInt(arguments[0]));
            var tools = Mount.clone(arguments[1], Mount.Extent.ONE);
            var script = List.of("sh", "-c", "setsid sh -c 'sleep 1007 & sleep 1007' & exec sleep 1006");
            var command = new Command(script, Map.of("PATH", "/bin"), false, Session.SIZE);
            DebugContainer.create(process, tools.fd(), command).start();
            System.out.println("started");
            Thread.sleep(Duration.ofMinutes(1));
        }
    }

    private static void awaitProcess(String commandLine) throws InterruptedException {
        for (int i = 0; i < 1000 && processes(commandLine).isEmpty(); i++) {
            Thread.sleep(10);
        }
        assertThat(processes(commandLine)).isNotEmpty();
    }

    private static List<Long> processes(String commandLine) {
        return ProcessHandle.allProcesses()
                .map(ProcessHandle::pid)
                .filter(pid -> commandLine(pid).startsWith(commandLine + "\0"))
                .toList();
    }

    private static String commandLine(long pid) {
        try {
            return Files.readString(Path.of("/proc/" + pid + "/cmdline"), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return "";
        }
    }
}
