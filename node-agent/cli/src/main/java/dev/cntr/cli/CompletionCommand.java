package dev.cntr.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** {@code cntr completion}. */
final class CompletionCommand implements Callable<Integer> {
    enum Shell {
        BASH
    }

    private final CommandSpec spec = Options.command(
            this, "completion", "Prints a script that completes commands, options and names of running containers.");
    private final PositionalParamSpec shell = PositionalParamSpec.builder()
            .required(true)
            .paramLabel("SHELL")
            .type(Shell.class)
            .description("${COMPLETION-CANDIDATES}")
            .build();

    /** What picocli parses. */
    CommandSpec spec() {
        spec.addPositional(shell);
        spec.usageMessage().footer("", "Example: in ~/.bashrc", "  source <(cntr completion bash)");
        return spec;
    }

    @Override
    public Integer call() throws IOException {
        try (InputStream script = CompletionCommand.class.getResourceAsStream(
                switch (shell.<Shell>getValue()) {
                    case BASH -> "completion.bash";
                })) {
            PrintWriter out = spec.commandLine().getOut();
            out.print(new String(Objects.requireNonNull(script).readAllBytes(), StandardCharsets.UTF_8));
            out.flush();
            return 0;
        }
    }
}
