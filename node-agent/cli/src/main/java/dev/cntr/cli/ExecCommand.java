package dev.cntr.cli;

import dev.cntr.attach.Command;
import dev.cntr.attach.DebugContainer;
import dev.cntr.cli.caller.Caller;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** {@code cntr exec}. */
final class ExecCommand implements Callable<Integer> {
    private final CommandSpec spec = Options.command(
            this, "exec", "Runs a command of a container in the container: its own tree and environment, no tools.");
    private final TypeOption type = new TypeOption();
    private final ElevationOptions elevation = new ElevationOptions();
    private final Caller caller;
    private final Foreground foreground;
    private final PositionalParamSpec reference = Options.reference();
    private final PositionalParamSpec words = Options.command(true, "What to run.");

    ExecCommand(Caller caller) {
        this.caller = caller;
        foreground = new Foreground(caller);
    }

    /** What picocli parses. */
    CommandSpec spec() {
        type.addTo(spec);
        elevation.addTo(spec);
        foreground.addTo(spec);
        spec.addPositional(reference).addPositional(words);
        spec.usageMessage()
                .footer("", "Examples:", "  cntr exec web -- /app/server --version", "  cntr exec --user 0 web -- sh");
        return spec;
    }

    @Override
    public Integer call() {
        try (Targets.Found found = Targets.of(caller).find(type.types(), reference.getValue())) {
            Command command = foreground
                    .command(Options.words(words))
                    .elevated(elevation.elevation())
                    .madeBy(found.container().runtimeSpec());
            try (DebugContainer container = DebugContainer.createInTarget(found.process(), command)) {
                return foreground.run(container, spec.commandLine().getErr());
            }
        }
    }
}
