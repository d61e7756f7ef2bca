package dev.cntr.cli;

import dev.cntr.cli.caller.Caller;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** {@code cntr completion}. The words are those of the commands themselves, so that no list of them gets old. */
final class CompletionCommand implements Callable<Integer> {
    enum Shell {
        BASH,
        ZSH
    }

    /** Where the words go in a script. */
    private static final String WORDS = "@WORDS@";

    private final Caller caller;
    private final CommandSpec spec = Options.command(
            this,
            "completion",
            "Prints a script that completes commands, options, and names of running containers and of sessions.");
    private final PositionalParamSpec shell = PositionalParamSpec.builder()
            .required(true)
            .paramLabel("SHELL")
            .type(Shell.class)
            .description("${COMPLETION-CANDIDATES}")
            .build();

    CompletionCommand(Caller caller) {
        this.caller = caller;
    }

    /** What picocli parses. */
    CommandSpec spec() {
        spec.addPositional(shell);
        spec.usageMessage()
                .footer(
                        "",
                        "Example: in ~/.bashrc, or in ~/.zshrc behind compinit",
                        "  source <(cntr completion bash)",
                        "  source <(cntr completion zsh)");
        return spec;
    }

    @Override
    public Integer call() throws IOException {
        String name = "completion." + shell.<Shell>getValue().name().toLowerCase(Locale.ROOT);
        try (InputStream file = CompletionCommand.class.getResourceAsStream(name)) {
            String script = new String(Objects.requireNonNull(file).readAllBytes(), StandardCharsets.UTF_8);
            PrintWriter out = spec.commandLine().getOut();
            out.print(script.replace(WORDS, words(CntrCommand.commandLine("", caller))));
            out.flush();
            return 0;
        }
    }

    /**
     * A function of both shells. It is called with nothing for the first word, with {@code COMMAND:-} for a word that begins
     * with a dash, and with {@code COMMAND:WORD} for one behind another word; and prints the words that can follow, or what
     * kind of word does, in angle brackets.
     */
    static String words(CommandLine program) {
        Map<String, CommandLine> commands = program.getSubcommands();
        List<String> cases = new ArrayList<>();
        cases.add(line("''", Stream.concat(commands.keySet().stream(), names(program.getCommandSpec()))));
        commands.forEach((name, command) -> {
            CommandSpec of = command.getCommandSpec();
            cases.add(line(name + ":-", names(of)));
            for (OptionSpec option : of.options()) {
                if (option.arity().min() > 0) {
                    String places =
                            Stream.of(option.names()).map(n -> name + ":" + n).collect(Collectors.joining(" | "));
                    cases.add(line(places, values(option)));
                }
            }
            of.positionalParameters().stream().findFirst().ifPresent(p -> cases.add(line(name + ":*", values(p))));
        });
        return "_cntr_words() {\n  case $1 in\n" + String.join("", cases) + "  esac\n}\n";
    }

    private static Stream<String> names(CommandSpec command) {
        return command.options().stream().map(OptionSpec::longestName).sorted();
    }

    private static Stream<String> values(ArgSpec of) {
        String label = of.paramLabel();
        if (of.completionCandidates() != null) {
            return StreamSupport.stream(of.completionCandidates().spliterator(), false)
                    .map(v -> v.toLowerCase(Locale.ROOT));
        }
        return Stream.of(
                switch (label) {
                    case "FILE", "IMAGE" -> "<file>";
                    case "DIRECTORY" -> "<directory>";
                    case "NAME", "CONTAINER" -> "<container>";
                    case "SESSION" -> "<session>";
                    default -> "<value>";
                });
    }

    private static String line(String place, Stream<String> words) {
        return "    %s) echo '%s' ;;\n".formatted(place, words.collect(Collectors.joining(" ")));
    }
}
