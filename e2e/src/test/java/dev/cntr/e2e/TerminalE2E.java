package dev.cntr.e2e;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An interactive shell through a real pty, by pexpect (terminal.py). */
@ExtendWith(Cluster.Extension.class)
@TestInstance(Lifecycle.PER_CLASS)
class TerminalE2E {
    private final Cluster cluster;
    private NodeState.Before before = NodeState.Before.of(List.of());

    private Path script = Path.of("terminal.py");

    TerminalE2E(Cluster cluster) {
        this.cluster = cluster;
    }

    @BeforeAll
    void targets(@TempDir Path scripts) throws IOException {
        Targets.apply(cluster);
        before = NodeState.Before.of(cluster.nodes());
        try (InputStream in = Objects.requireNonNull(getClass().getResourceAsStream("terminal.py"))) {
            script = scripts.resolve("terminal.py");
            Files.copy(in, script);
        }
    }

    @AfterAll
    void nothingIsLeft() {
        before.nothingIsLeft(Duration.ofSeconds(10));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "prompt_and_exit",
                "size_and_resize",
                "control_c",
                "jobs",
                "end_of_file",
                "bytes_pass",
                "much_output",
                "terminal_restored"
            })
    void terminal(String testCase) {
        List<String> command = new ArrayList<>(List.of("/usr/bin/python3", script.toString(), testCase));
        command.addAll(cluster.cntrCommand("attach", "pod/" + Targets.ON_SERVER, "-c", "app"));
        Run.of(cluster.environment(), new byte[0], Cluster.PATIENCE, command).ok();
    }
}
