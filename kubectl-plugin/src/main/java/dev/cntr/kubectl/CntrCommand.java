package dev.cntr.kubectl;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/** {@code kubectl cntr} itself: says what there is. */
final class CntrCommand implements Runnable {
    private final CommandSpec spec = CommandSpec.wrapWithoutInspection(this).name("kubectl cntr");

    CntrCommand() {
        spec.usageMessage()
                .synopsisSubcommandLabel("COMMAND")
                .description("A shell next to any running container, with your own tools, inside exactly its world.")
                .footer(
                        "",
                        "Examples:",
                        "  kubectl cntr attach pod/hello -c app",
                        "  kubectl cntr reattach hello-x7k2p",
                        "  kubectl cntr replay UID-1.cast",
                        "  kubectl cntr approve hello-x7k2p",
                        "",
                        "Help on a command: kubectl cntr attach --help");
        addStandardOptions(spec);
    }

    /** What picocli parses. */
    CommandSpec spec() {
        return spec;
    }

    /** Those that every command has. */
    static void addStandardOptions(CommandSpec command) {
        command.versionProvider(new Version())
                .addOption(OptionSpec.builder("-h", "--help")
                        .usageHelp(true)
                        .description("Show this help message and exit.")
                        .build())
                .addOption(OptionSpec.builder("-V", "--version")
                        .versionHelp(true)
                        .description("Print version information and exit.")
                        .build());
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "name a command, for example: kubectl cntr attach pod/NAME");
    }

    /** The release, which the build writes into a file. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            try (InputStream file = CntrCommand.class.getResourceAsStream("version.properties")) {
                Properties properties = new Properties();
                properties.load(Objects.requireNonNull(file));
                return new String[] {"kubectl cntr " + properties.getProperty("version")};
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
