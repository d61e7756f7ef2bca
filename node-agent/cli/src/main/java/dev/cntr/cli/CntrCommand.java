package dev.cntr.cli;

import picocli.CommandLine;

/** {@code cntr}. */
@CommandLine.Command(
        name = "cntr",
        description = "A shell next to any running container, with your own tools, inside exactly its world.",
        mixinStandardHelpOptions = true,
        versionProvider = CntrCommand.Version.class,
        subcommands = {
            AttachCommand.class,
            ExecCommand.class,
            ListCommand.class,
            CompletionCommand.class,
            CommandLine.HelpCommand.class
        },
        footer = {
            "",
            "Exit codes: the command's own, 128+signal; 127 and 126 where it is not found or",
            "not executable; 2 wrong usage; 120 the engine is not here or does not answer,",
            "121 ambiguous name, 122 unsupported engine, 123 no such container,",
            "124 not running, 125 other errors of cntr."
        })
final class CntrCommand {
    private CntrCommand() {}

    static CommandLine commandLine() {
        return new CommandLine(new CntrCommand())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler((e, line, _) -> {
                    line.getErr().println("cntr: " + chain(e));
                    line.getErr().flush();
                    return ExitCode.of(e);
                });
    }

    /** The messages of an error and its causes, without those that repeat what is said already. */
    private static String chain(Throwable e) {
        StringBuilder text = new StringBuilder(message(e));
        for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
            if (text.indexOf(message(cause)) < 0) {
                text.append(": ").append(message(cause));
            }
        }
        return text.toString();
    }

    private static String message(Throwable e) {
        return e.getMessage() == null ? e.toString() : e.getMessage();
    }

    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = CntrCommand.class.getPackage().getImplementationVersion();
            return new String[] {"cntr " + (version == null ? "(built from source)" : version)};
        }
    }
}
