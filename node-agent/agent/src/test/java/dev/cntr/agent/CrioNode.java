package dev.cntr.agent;

import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** A CRI-O with all its state in one directory, and with a registry of images of directories ({@code dev/crio}). */
final class CrioNode implements AutoCloseable {
    private final Path program;
    private final Path state;
    private final Process process;

    private CrioNode(Path program, Path state, Process process) {
        this.program = program;
        this.state = state;
        this.process = process;
    }

    /**
     * Starts one, or skips the test where it was not built.
     *
     * @param images {@code NAME=ROOT} each; one is called {@code it}
     */
    static CrioNode start(Path state, String... images) throws IOException {
        Path program = Path.of(Objects.requireNonNullElse(
                System.getenv("CNTR_CRIO"), System.getProperty("user.home") + "/.cache/cntr/bin/crio-node"));
        for (Path needed : List.of(program, Path.of("/usr/bin/conmon"))) {
            assumeThat(needed).as("dev/setup and dev/crio/build were run").isExecutable();
        }
        List<String> command = new ArrayList<>(List.of(program.toString(), "up", state.toString()));
        command.addAll(List.of(images));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(state.resolve("log").toFile())
                .start();
        CrioNode node = new CrioNode(program, state, process);
        await().atMost(Duration.ofSeconds(30)).until(() -> Files.exists(node.socket()) || !process.isAlive());
        if (!process.isAlive()) {
            throw new AssertionError(Files.readString(state.resolve("log")));
        }
        return node;
    }

    Path socket() {
        return state.resolve("crio.sock");
    }

    /** An image of the registry, as a pod would name it. */
    String image(String name) throws IOException {
        return Files.readString(state.resolve("registry")) + "/" + name + ":1";
    }

    /** Runs {@code crio-node}, and gives what it prints. */
    String run(String command, String... words) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(List.of(program.toString(), command, state.toString()));
        all.addAll(List.of(words));
        Process run = new ProcessBuilder(all).redirectErrorStream(true).start();
        String said = new String(run.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        if (run.waitFor() != 0) {
            throw new AssertionError(all + ": " + said + "\n" + Files.readString(state.resolve("log")));
        }
        return said;
    }

    @Override
    public void close() throws IOException, InterruptedException {
        run("down");
        process.destroy();
        process.waitFor();
    }
}
