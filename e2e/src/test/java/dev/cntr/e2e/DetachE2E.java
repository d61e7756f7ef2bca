package dev.cntr.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Sessions that go on without a client, and whoever comes back to them. */
@ExtendWith(Cluster.Extension.class)
@TestInstance(Lifecycle.PER_CLASS)
class DetachE2E {
    private static final int FORBIDDEN = 122;

    @TempDir
    static Path keys;

    private final Cluster cluster;

    DetachE2E(Cluster cluster) {
        this.cluster = cluster;
    }

    @BeforeAll
    void targets() {
        Targets.apply(cluster);
    }

    @AfterEach
    void noSessions() {
        cluster.kubectl("delete", "debugsessions", "--all", "--timeout=60s").ok();
    }

    private Run cntr(String... arguments) {
        return run("", arguments);
    }

    private Run run(String stdin, String... arguments) {
        return Run.of(
                environment(),
                stdin.getBytes(StandardCharsets.UTF_8),
                Duration.ofSeconds(60),
                cluster.cntrCommand(arguments));
    }

    private Map<String, String> environment() {
        Map<String, String> environment = new TreeMap<>(cluster.environment());
        environment.put("XDG_STATE_HOME", keys.toString());
        return environment;
    }

    private String detached(String... command) {
        List<String> arguments = new ArrayList<>(List.of("attach", Targets.ON_WORKER, "--detach", "--"));
        arguments.addAll(List.of(command));
        Run run = cntr(arguments.toArray(String[]::new)).ok();
        assertThat(run.err())
                .contains("come back to it with: kubectl cntr reattach "
                        + run.out().strip());
        return run.out().strip();
    }

    private String status(String session, String path) {
        return cluster.kubectl("get", "debugsession", session, "-o", "jsonpath={.status." + path + "}")
                .ok()
                .out();
    }

    @Test
    void aCommandGoesOnAndWhoComesBackSeesWhatItSaidAndItsExitCode() {
        String session = detached("sh", "-c", "echo one; sleep 3; echo two; sleep 3; exit 9");
        await().atMost(Duration.ofSeconds(3)).untilAsserted(() -> {
            assertThat(status(session, "phase")).isEqualTo("Ready");
            assertThat(status(session, "conditions[?(@.type==\"Attached\")].reason"))
                    .isEqualTo("ClientDetached");
        });
        Run back = cntr("reattach", session);
        assertThat(back.out()).isEqualTo("one\ntwo\n");
        assertThat(back.exit()).isEqualTo(9);
        await().untilAsserted(() -> assertThat(status(session, "exitCode")).isEqualTo("9"));
    }

    @Test
    void aCommandThatEndsWithNobodyThereTellsItsExitCodeLater() {
        String session = detached("sh", "-c", "exit 9");
        await().untilAsserted(() -> assertThat(status(session, "exitCode")).isEqualTo("9"));
        Run back = cntr("reattach", session);
        assertThat(back.exit()).isEqualTo(9);
        assertThat(back.err()).contains("the command has ended meanwhile, with exit code 9");
        assertThat(keys.resolve("kubectl-cntr")).isEmptyDirectory();
    }

    @Test
    void onlyWhoHasTheKeyComesBackAndOnlyOneAtATime() throws Exception {
        String session = detached("sh", "-c", "echo begun; exec sleep 600");
        Run elsewhere = cluster.cntr("reattach", session);
        assertThat(elsewhere.exit()).as(elsewhere.toString()).isEqualTo(FORBIDDEN);
        Process first = Run.start(environment(), cluster.cntrCommand("reattach", session));
        try {
            assertThat(first.inputReader().readLine()).isEqualTo("begun");
            Run second = cntr("reattach", session);
            assertThat(second.err()).contains("another client is attached");
            assertThat(second.exit()).isNotZero();
        } finally {
            first.destroy();
        }
        assertThat(first.waitFor(10, TimeUnit.SECONDS)).isTrue();
        comesBackAndGoes(session, false);
        comesBackAndGoes(session, true);
        comesBackAndGoes(session, false);
        assertThat(status(session, "finishedAt")).isEmpty();
    }

    private void comesBackAndGoes(String session, boolean killed) throws Exception {
        Process again = Run.start(environment(), cluster.cntrCommand("reattach", session));
        try {
            assertThat(again.inputReader().readLine())
                    .as("killed before: " + killed)
                    .isEqualTo("begun");
        } finally {
            if (killed) {
                again.destroyForcibly();
            } else {
                again.destroy();
            }
        }
        assertThat(again.waitFor(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aShellGoesOnBehindItsTerminal() {
        String session =
                cntr("attach", Targets.ON_WORKER, "--detach").ok().out().strip();
        Run back = run("echo $((40 + 2)) at $(tty); exit 3\n", "reattach", session);
        assertThat(back.exit()).as(back.toString()).isEqualTo(3);
        assertThat(back.out()).contains("42 at /dev/pts/");
    }
}
