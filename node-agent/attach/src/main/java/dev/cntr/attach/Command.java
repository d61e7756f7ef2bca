package dev.cntr.attach;

import dev.cntr.linux.terminal.WindowSize;
import dev.cntr.oci.process.Environment;
import java.util.List;
import java.util.Map;

/**
 * What is to run in a debug container.
 *
 * @param arguments the command, looked for in the tools' PATH where it has no slash, and its arguments
 * @param environment variables besides the target's: those of the user's terminal (TERM, LANG, LC_*, COLORTERM), PATH of
 *     the tools, or what a user asked for. They win over the target's
 * @param terminal whether it gets a terminal; else it gets three pipes
 * @param size of the terminal at the start
 */
public record Command(List<String> arguments, Map<String, String> environment, boolean terminal, WindowSize size) {
    /** A login shell: bash where the tools have it. */
    public static final List<String> SHELL =
            List.of("sh", "-c", "if command -v bash >/dev/null 2>&1; then exec bash -l; else exec sh -l; fi");

    public Command {
        arguments = arguments.isEmpty() ? SHELL : List.copyOf(arguments);
        environment = Map.copyOf(environment);
    }

    /** Its PATH: where the tools are. */
    String path() {
        return environment.getOrDefault("PATH", Environment.DEFAULT_PATH);
    }
}
