package dev.cntr.cli;

import dev.cntr.attach.Command;
import dev.cntr.attach.DebugContainer;
import dev.cntr.engine.local.LocalEngines;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code cntr exec}. */
@picocli.CommandLine.Command(
        name = "exec",
        description = "Runs a command of a container in the container: its own tree and environment, no tools.",
        mixinStandardHelpOptions = true,
        footer = {"", "Examples:", "  cntr exec web -- /app/server --version", "  cntr exec --user 0 web -- sh"})
final class ExecCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private TypeOption type;

    @Mixin
    private ElevationOptions elevation;

    @Mixin
    private Foreground foreground;

    @Parameters(
            index = "0",
            paramLabel = "NAME",
            description = "A container's name, id, or the beginning of its id; a process id; a command line.")
    private String reference;

    @Parameters(index = "1..*", arity = "1..*", paramLabel = "COMMAND", description = "What to run.")
    private List<String> arguments;

    @Override
    public Integer call() throws IOException {
        try (Targets.Found found = new Targets(LocalEngines.all()).find(type.types(), reference)) {
            Command command = foreground
                    .command(arguments)
                    .elevated(elevation.elevation())
                    .madeBy(found.container().runtimeSpec());
            try (DebugContainer container = DebugContainer.createInTarget(found.process(), command)) {
                return foreground.run(container, spec.commandLine().getErr());
            }
        }
    }
}
