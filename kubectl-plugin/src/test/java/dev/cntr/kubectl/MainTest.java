package dev.cntr.kubectl;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cntr.kubectl.cluster.FakeCluster;
import dev.cntr.kubectl.exit.ExitCode;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MainTest {
    private final PrintStream realOut = System.out;
    private final PrintStream realErr = System.err;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @BeforeEach
    void capture() {
        System.setOut(new PrintStream(out, true, UTF_8));
        System.setErr(new PrintStream(err, true, UTF_8));
    }

    @AfterEach
    void release() {
        System.setOut(realOut);
        System.setErr(realErr);
    }

    @Test
    void theVersionIsTheBuilds() {
        assertThat(Main.run("--version")).isZero();
        assertThat(out.toString(UTF_8)).matches("kubectl cntr \\d+\\.\\d+\\.\\d+\\S*\n");
    }

    @Test
    void helpShowsExamples() {
        assertThat(Main.run("attach", "--help")).isZero();
        assertThat(out.toString(UTF_8))
                .contains(
                        "kubectl cntr attach (TARGET | -l LABELS)",
                        "kubectl cntr attach deploy/web",
                        "-c, --container=NAME");
    }

    @ParameterizedTest
    @CsvSource({
        "'', name a command",
        "frobnicate, index 0: 'frobnicate'",
        "attach, name a target",
        "replay, Missing required parameter: 'FILE'",
        "replay /nowhere/at/all, there is no file /nowhere/at/all",
        "replay /nowhere --speed 0, --speed: 0.0 is not between 0.01 and 1000",
        "replay /dev/null, it is empty",
        "attach x --bogus, Unknown option: '--bogus'",
        "attach x --timeout=soon, for option '--timeout': 'soon' is not a time",
        "attach x --kubeconfig=/nowhere/at/all, there is no kubeconfig file /nowhere/at/all",
    })
    void usageErrorsAreOneLineAndTwo(String line, String message) {
        assertThat(Main.run(line.isEmpty() ? new String[0] : line.split(" "))).isEqualTo(2);
        assertThat(err.toString(UTF_8)).startsWith("error: ").contains(message).containsOnlyOnce("\n");
    }

    @Test
    void whatTheClusterSaysCannotWriteToTheTerminal(@TempDir Path directory) throws Exception {
        try (FakeCluster cluster = new FakeCluster()) {
            cluster.refuse(
                    "POST " + FakeCluster.SESSIONS,
                    422,
                    "Invalid",
                    "debugsessions",
                    "bad\\u001b]0;owned\\u0007\\nname");
            String kubeconfig = cluster.kubeconfig(directory).toString();
            assertThat(Main.run("attach", "x", "--kubeconfig", kubeconfig, "--", "true"))
                    .isEqualTo(2);
        }
        assertThat(err.toString(UTF_8)).isEqualTo("error: the cluster refuses the request: bad]0;owned name\n");
    }

    @Test
    void exitCodesAreDistinctAndLeaveRoomForShells() {
        assertThat(Arrays.stream(ExitCode.values()).map(ExitCode::code).distinct())
                .hasSize(ExitCode.values().length)
                .allMatch(code -> code < 126);
    }
}
