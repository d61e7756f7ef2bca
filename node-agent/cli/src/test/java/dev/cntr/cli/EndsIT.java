package dev.cntr.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code cntr attach} without a terminal: its streams, and every way in which it can end. */
@Timeout(120)
class EndsIT {
    private static final byte[] NOTHING = {};

    @TempDir
    private Path directory;

    private Standalone cntr;

    @BeforeEach
    void start() throws IOException {
        cntr = open(directory.resolve("tools"));
    }

    Standalone open(Path tools) throws IOException {
        return Standalone.start(tools);
    }

    @AfterEach
    void stop() throws InterruptedException {
        cntr.close();
    }

    private Standalone.Ran attach(byte[] input, String... command) throws Exception {
        return Standalone.run(input, cntr.attach(List.of(), command));
    }

    @ParameterizedTest
    @CsvSource({
        "exit 7, 7",
        "kill -9 $$, 137",
        "kill -TERM $$, 143",
        "kill -HUP $$, 129",
    })
    void theCommandsEndIsTheExitCode(String script, int code) throws Exception {
        assertThat(attach(NOTHING, "sh", "-c", script).code()).isEqualTo(code);
    }

    @Test
    void whatCannotRunHasTheCodesOfAShell() throws Exception {
        Standalone.Ran notExecutable = attach(NOTHING, "/proc");
        assertThat(notExecutable.code()).as(notExecutable.err()).isEqualTo(126);
        assertThat(attach(NOTHING, "/no/such/file").code()).isEqualTo(127);
        List<String> toolsThatAreNone = cntr.attach(List.of(), "true");
        toolsThatAreNone.set(toolsThatAreNone.indexOf("--tools") + 1, "/dev/null");
        Standalone.Ran own = Standalone.run(NOTHING, toolsThatAreNone);
        assertThat(own.code()).as(own.err()).isEqualTo(125);
        assertThat(own.err()).startsWith("cntr: ");
    }

    @Test
    void tenMegabytesPassBothWaysAsTheyAre() throws Exception {
        byte[] random = new byte[10 << 20];
        new Random(1).nextBytes(random);
        Standalone.Ran ran = attach(random, "cat");
        assertThat(ran.code()).as(ran.err()).isZero();
        assertThat(ran.out()).isEqualTo(random);
        assertThat(attach(NOTHING, "sh", "-c", "printf 'a\\nb'; printf e >&2; cat")
                        .out())
                .hasSize(3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"TERM", "HUP", "INT"})
    void signalsReachTheCommand(String signal) throws Exception {
        Process process = running("trap 'echo got; exit 9' " + signal);
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            assertThat(out.readLine()).isEqualTo("ready");
            Standalone.run(NOTHING, List.of("sh", "-c", "kill -" + signal + " " + process.pid()));
            assertThat(out.readLine()).isEqualTo("got");
            assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isEqualTo(9);
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void theCommandIgnoresAndBlocksNoSignal() throws Exception {
        assertThat(attach(NOTHING, "cat", "/proc/self/status").text())
                .contains("SigIgn:\t0000000000000000", "SigBlk:\t0000000000000000");
    }

    @Test
    void atQuitNothingIsPrinted() throws Exception {
        Process process = builder("trap 'echo got; exit 9' TERM; trap : QUIT").start();
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            assertThat(out.readLine()).isEqualTo("ready");
            Standalone.run(NOTHING, List.of("sh", "-c", "kill -QUIT " + process.pid()));
            Thread.sleep(500); // a thread of the JVM would print
            Standalone.run(NOTHING, List.of("sh", "-c", "kill -TERM " + process.pid()));
            assertThat(out.readAllAsString()).isEqualTo("got\n");
            assertThat(process.errorReader(StandardCharsets.UTF_8).readAllAsString())
                    .isEmpty();
            assertThat(process.waitFor()).isEqualTo(9);
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void itEndsWithItsTarget() throws Exception {
        Process process = running("trap '' TERM HUP");
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            assertThat(out.readLine()).isEqualTo("ready");
            cntr.target().destroyForcibly();
            assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isEqualTo(137);
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void aClosedReaderEndsTheCommand() throws Exception {
        String line = cntr.attach(List.of(), "seq", "1", "100000000").stream()
                .map(word -> "'" + word + "'")
                .collect(Collectors.joining(" "));
        Standalone.Ran ran = Standalone.run(NOTHING, List.of("sh", "-c", line + " | head -n 1"));
        assertThat(ran.text()).isEqualTo("1\n");
    }

    @Test
    void killedItLeavesNothing() throws Exception {
        String mounts = Files.readString(Path.of("/proc/self/mountinfo"));
        Set<String> connections = fuseConnections();
        Process process = running("sleep 1234.75 & (setsid sleep 1234.75 &)");
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            assertThat(out.readLine()).isEqualTo("ready");
            for (int i = 0; i < 500 && sleepers().size() < 2; i++) {
                Thread.sleep(20); // what runs in the background may still be on its way
            }
            assertThat(sleepers()).hasSize(2);
            process.destroyForcibly().waitFor();
            for (int i = 0; i < 500 && !(sleepers().isEmpty() && connections.containsAll(fuseConnections())); i++) {
                Thread.sleep(20);
            }
            assertThat(sleepers()).isEmpty();
            assertThat(connections).containsAll(fuseConnections());
            assertThat(Files.readString(Path.of("/proc/self/mountinfo"))).isEqualTo(mounts);
            assertThat(cntr.target().isAlive()).isTrue();
        } finally {
            process.destroyForcibly();
        }
    }

    /** Does something, says that it is ready, and goes on for ever. */
    private Process running(String script) throws IOException {
        return builder(script).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    }

    private ProcessBuilder builder(String script) {
        String all = script + "; echo ready; while :; do sleep 0.05; done";
        return Standalone.builder(cntr.attach(List.of("--fs", "fuse"), "sh", "-c", all));
    }

    private static List<ProcessHandle> sleepers() {
        return ProcessHandle.allProcesses().filter(EndsIT::sleeps).toList();
    }

    private static boolean sleeps(ProcessHandle process) {
        try {
            return Files.readString(Path.of("/proc/" + process.pid() + "/cmdline"), StandardCharsets.ISO_8859_1)
                    .equals("sleep\0001234.75\0");
        } catch (IOException e) {
            return false; // it has ended
        }
    }

    private static Set<String> fuseConnections() {
        Path connections = Path.of("/sys/fs/fuse/connections");
        if (!Files.isDirectory(connections)) {
            return Set.of();
        }
        try (Stream<Path> all = Files.list(connections)) {
            return all.map(path -> path.getFileName().toString()).collect(Collectors.toSet());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
