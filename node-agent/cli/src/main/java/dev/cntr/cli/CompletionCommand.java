package dev.cntr.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code cntr completion}. */
@Command(
        name = "completion",
        description = "Prints a script that completes commands, options and names of running containers.",
        mixinStandardHelpOptions = true,
        footer = {"", "Example: in ~/.bashrc", "  source <(cntr completion bash)"})
final class CompletionCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "SHELL", description = "${COMPLETION-CANDIDATES}")
    private Shell shell;

    enum Shell {
        BASH
    }

    @Override
    public Integer call() throws IOException {
        try (InputStream script = CompletionCommand.class.getResourceAsStream(
                switch (shell) {
                    case BASH -> "completion.bash";
                })) {
            PrintWriter out = spec.commandLine().getOut();
            out.print(new String(Objects.requireNonNull(script).readAllBytes(), StandardCharsets.UTF_8));
            out.flush();
            return 0;
        }
    }
}
