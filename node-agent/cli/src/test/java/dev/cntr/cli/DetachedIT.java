package dev.cntr.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cntr.cli.detached.DetachedSessions;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code cntr attach --detach}, and coming back to what it has begun. */
@Timeout(120)
class DetachedIT {
    @TempDir
    private Path directory;

    private Path sessions;
    private Standalone cntr;

    @BeforeEach
    void start() throws IOException {
        cntr = Standalone.start(directory.resolve("tools"));
        sessions = directory.resolve("sessions");
    }

    @AfterEach
    void stop() throws Exception {
        for (DetachedSessions.Session left : list()) {
            ProcessHandle.of(left.keeper()).ifPresent(ProcessHandle::destroyForcibly);
        }
        cntr.close();
    }

    private List<DetachedSessions.Session> list() throws IOException {
        return DetachedSessions.of(Map.of(DetachedSessions.VARIABLE, sessions.toString()))
                .list();
    }

    private List<String> here(List<String> command) {
        List<String> words = new ArrayList<>(List.of("env", DetachedSessions.VARIABLE + "=" + sessions));
        words.addAll(command);
        return words;
    }

    private List<String> cntr(String... words) {
        return here(Stream.concat(Standalone.MAIN_COMMAND.stream(), Arrays.stream(words))
                .toList());
    }

    /** Begins a session, and gives its name. */
    private String detached(String script) throws Exception {
        Standalone.Ran ran = Standalone.run(new byte[0], here(cntr.attach(List.of("--detach"), "sh", "-c", script)));
        assertThat(ran.code()).as(ran.err()).isZero();
        assertThat(ran.text()).matches("[0-9a-f]{8}\n");
        return ran.text().strip();
    }

    private void nothingIsLeft() throws Exception {
        for (int i = 0; i < 500 && !list().isEmpty(); i++) {
            Thread.sleep(20);
        }
        assertThat(Standalone.run(new byte[0], cntr("sessions", "-q")).text()).isEmpty();
        try (Stream<Path> left = Files.list(sessions)) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void itGoesOnWhenWhoLooksIsKilledAndShowsWhatHeHasSeen() throws Exception {
        String id = detached("echo begun; while read x; do echo \"got $x\"; done; exit 7");
        assertThat(Standalone.run(new byte[0], cntr("sessions")).text().lines().toList())
                .hasSize(2)
                .last()
                .asString()
                .startsWith(id)
                .contains("cntr attach --tools", "--detach", "begun");
        Process viewer =
                Standalone.builder(cntr("reattach", id.substring(0, 4))).start();
        try (BufferedReader out = viewer.inputReader(StandardCharsets.UTF_8)) {
            assertThat(out.readLine()).isEqualTo("begun");
            viewer.outputWriter(StandardCharsets.UTF_8).append("one\n").flush();
            assertThat(out.readLine()).isEqualTo("one"); // the terminal's echo
            assertThat(out.readLine()).isEqualTo("got one");
        } finally {
            viewer.destroyForcibly().waitFor();
        }
        Standalone.Ran again = Standalone.run("two\n\4".getBytes(StandardCharsets.US_ASCII), cntr("reattach"));
        assertThat(again.text()).isEqualTo("begun\r\none\r\ngot one\r\ntwo\r\ngot two\r\n");
        assertThat(again.code()).as(again.err()).isEqualTo(7);
        nothingIsLeft();
    }

    @Test
    void aTerminalComesAndGoesByKeysAndComesBackInAnotherSize() throws Exception {
        String script = Standalone.terminalScript(directory).toString();
        List<String> command = new ArrayList<>(List.of("/usr/bin/python3", script, "detached"));
        command.addAll(cntr.attach(List.of(), "sh"));
        Standalone.Ran ran = Standalone.run(new byte[0], here(command));
        assertThat(ran.code()).as(ran.text() + ran.err()).isZero();
        nothingIsLeft();
    }

    @Test
    void muchOutputWithNobodyThereHoldsNothingUp() throws Exception {
        String id = detached("seq 1000000; echo all; read x");
        Process viewer = Standalone.builder(cntr("reattach", id)).start();
        try (BufferedReader out = viewer.inputReader(StandardCharsets.UTF_8)) {
            List<String> seen = new ArrayList<>();
            String line;
            while ((line = out.readLine()) != null && !line.equals("all")) {
                seen.add(line);
            }
            int first = Integer.parseInt(seen.getFirst());
            assertThat(seen).hasSize(1_000_001 - first).last().isEqualTo("1000000");
            viewer.outputWriter(StandardCharsets.UTF_8).append("\n").flush();
            assertThat(viewer.waitFor(20, TimeUnit.SECONDS)).isTrue();
            assertThat(viewer.exitValue()).isZero();
        } finally {
            viewer.destroyForcibly();
        }
        nothingIsLeft();
    }

    @Test
    void anEndThatNobodySawIsKeptUntilSomebodyDoes() throws Exception {
        String id = detached("echo the last words; exit 7");
        awaitEnd();
        assertThat(Standalone.run(new byte[0], cntr("sessions")).text())
                .contains(id)
                .contains("ended, 7");
        Standalone.Ran ran = Standalone.run("typed\n".getBytes(StandardCharsets.US_ASCII), cntr("reattach", id));
        assertThat(ran.text()).isEqualTo("the last words\r\n");
        assertThat(ran.code()).as(ran.err()).isEqualTo(7);
        nothingIsLeft();
    }

    @Test
    void anEndThatNobodyComesToSeeIsGoneWhenItsTimeIsOver() throws Exception {
        List<String> begin = new ArrayList<>(List.of("env", DetachedSessions.KEPT + "=1"));
        begin.addAll(here(cntr.attach(List.of("--detach"), "sh", "-c", "exit 3")));
        assertThat(Standalone.run(new byte[0], begin).code()).isZero();
        nothingIsLeft();
    }

    @Test
    void termToItsKeeperTakesAnEndAway() throws Exception {
        detached("true");
        awaitEnd();
        assertThat(ProcessHandle.of(list().getFirst().keeper()).orElseThrow().destroy())
                .isTrue();
        nothingIsLeft();
    }

    private void awaitEnd() throws Exception {
        for (int i = 0; i < 500 && list().getFirst().exitCode().isEmpty(); i++) {
            Thread.sleep(20);
        }
        assertThat(list().getFirst().exitCode()).isPresent();
    }

    @Test
    void itEndsWithItsTargetAndWhoLooksIsTold() throws Exception {
        detached("echo begun; trap '' TERM HUP; while :; do sleep 0.05; done");
        Process viewer = Standalone.builder(cntr("reattach")).start();
        try (BufferedReader out = viewer.inputReader(StandardCharsets.UTF_8)) {
            assertThat(out.readLine()).isEqualTo("begun");
            cntr.target().destroyForcibly();
            assertThat(viewer.waitFor(20, TimeUnit.SECONDS)).isTrue();
            assertThat(viewer.exitValue()).isEqualTo(137);
        } finally {
            viewer.destroyForcibly();
        }
        nothingIsLeft();
    }

    @Test
    void whatCannotBeBegunIsToldAndLeavesNothing() throws Exception {
        Standalone.Ran ran = Standalone.run(new byte[0], here(cntr.attach(List.of("--detach"), "/no/such/file")));
        assertThat(ran.code()).isEqualTo(127);
        assertThat(ran.text()).isEmpty();
        assertThat(ran.err()).contains("/no/such/file");
        nothingIsLeft();
        Standalone.Ran none = Standalone.run(new byte[0], cntr("reattach", "ab"));
        assertThat(none.code()).isEqualTo(125);
        assertThat(none.err()).contains("there is no session \"ab\"", "cntr attach --detach");
    }

    @Test
    void termToItsKeeperEndsIt() throws Exception {
        detached("trap '' TERM HUP; while :; do sleep 0.05; done");
        ProcessHandle keeper = ProcessHandle.of(list().getFirst().keeper()).orElseThrow();
        assertThat(keeper.destroy()).isTrue();
        keeper.onExit().get(20, TimeUnit.SECONDS);
        nothingIsLeft();
    }

    @Test
    void aKeeperThatIsKilledLeavesNothing() throws Exception {
        detached("sleep 4321.25");
        ProcessHandle keeper = ProcessHandle.of(list().getFirst().keeper()).orElseThrow();
        keeper.destroyForcibly();
        keeper.onExit().get(20, TimeUnit.SECONDS);
        nothingIsLeft();
        for (int i = 0; i < 500 && sleeps(); i++) {
            Thread.sleep(20);
        }
        assertThat(sleeps()).isFalse();
    }

    private static boolean sleeps() {
        return ProcessHandle.allProcesses()
                .map(process -> process.info().commandLine().orElse(""))
                .anyMatch(line -> line.endsWith("sleep 4321.25"));
    }
}
