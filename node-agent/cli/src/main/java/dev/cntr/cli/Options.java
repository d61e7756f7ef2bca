package dev.cntr.cli;

import java.util.List;
import java.util.function.Function;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.TypeConversionException;

/**
 * What the command line is made of. picocli is told of it without annotations: to read those takes more CPU time than all else
 * that an attach does, for the JDK generates a class for each type of them.
 */
final class Options {
    private Options() {}

    /** A command with the options that all have. */
    static CommandSpec command(Object does, String name, String... description) {
        CommandSpec spec = CommandSpec.wrapWithoutInspection(does).name(name);
        spec.usageMessage().description(description);
        return spec.versionProvider(new CntrCommand.Version())
                .addOption(OptionSpec.builder("-h", "--help")
                        .usageHelp(true)
                        .description("Show this help message and exit.")
                        .build())
                .addOption(OptionSpec.builder("-V", "--version")
                        .versionHelp(true)
                        .description("Print version information and exit.")
                        .build());
    }

    /** One that is given or not. */
    static OptionSpec flag(String description, String... names) {
        return OptionSpec.builder(names)
                .type(boolean.class)
                .description(description)
                .build();
    }

    /** One with a text. */
    static OptionSpec value(String label, String description, String... names) {
        return builder(label, description, names).type(String.class).build();
    }

    /** One of an enum's constants. */
    static OptionSpec choice(Class<?> type, String byDefault, String label, String description, String... names) {
        return builder(label, description, names)
                .type(type)
                .defaultValue(byDefault)
                .build();
    }

    /** Several values, in one word with commas or one by one. */
    static OptionSpec list(Class<?> type, String label, String description, String... names) {
        return list(builder(label, description, names), type).build();
    }

    /** The same, with more to say of it. */
    static OptionSpec.Builder list(OptionSpec.Builder option, Class<?> type) {
        return option.type(List.class).auxiliaryTypes(type).splitRegex(",");
    }

    static OptionSpec.Builder builder(String label, String description, String... names) {
        return OptionSpec.builder(names).paramLabel(label).description(description);
    }

    static boolean isSet(OptionSpec flag) {
        return Boolean.TRUE.equals(flag.getValue());
    }

    /** What a list was given; empty where it was not. */
    static <T> List<T> values(OptionSpec list) {
        List<T> values = list.getValue();
        return values == null ? List.of() : values;
    }

    /** The word that says which container is meant. */
    static PositionalParamSpec reference() {
        return PositionalParamSpec.builder()
                .index("0")
                .required(true)
                .paramLabel("NAME")
                .type(String.class)
                .description("A container's name, id, or the beginning of its id; a process id; a command line.")
                .build();
    }

    /** What is to be run. */
    static PositionalParamSpec command(boolean required, String description) {
        return PositionalParamSpec.builder()
                .index("1..*")
                .arity(required ? "1..*" : "0..*")
                .required(required)
                .paramLabel("COMMAND")
                .type(List.class)
                .auxiliaryTypes(String.class)
                .description(description)
                .build();
    }

    static List<String> words(PositionalParamSpec operands) {
        List<String> words = operands.getValue();
        return words == null ? List.of() : words;
    }

    /** A terminal must not be commanded by who named something. */
    static String printable(String text) {
        return text.replaceAll("\\p{Cntrl}", "?");
    }

    /** A parser that says by an {@link IllegalArgumentException} what is wrong. */
    static <T> ITypeConverter<T> parser(Function<String, T> parser) {
        return text -> {
            try {
                return parser.apply(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        };
    }
}
