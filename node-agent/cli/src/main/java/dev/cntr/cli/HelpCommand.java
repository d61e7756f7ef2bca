package dev.cntr.cli;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** {@code cntr help}. */
final class HelpCommand implements Callable<Integer> {
    private final PositionalParamSpec command = PositionalParamSpec.builder()
            .arity("0..1")
            .paramLabel("COMMAND")
            .type(String.class)
            .description("The command to tell about.")
            .build();
    private final CommandSpec spec =
            Options.command(this, "help", "Shows help, also of a command.").addPositional(command);

    CommandSpec spec() {
        return spec;
    }

    @Override
    public Integer call() {
        CommandLine cntr = spec.parent().commandLine();
        String name = command.getValue();
        @Nullable
        CommandLine meant = name == null ? cntr : cntr.getSubcommands().get(name);
        if (meant == null) {
            throw new CommandLine.ParameterException(spec.commandLine(), "There is no command \"" + name + "\"");
        }
        meant.usage(spec.commandLine().getOut());
        return 0;
    }
}
