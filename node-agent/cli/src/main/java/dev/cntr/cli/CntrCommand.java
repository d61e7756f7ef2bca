package dev.cntr.cli;

import dev.cntr.cli.caller.Caller;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** {@code cntr}. */
final class CntrCommand implements Runnable {
    private static final String[] FOOTER = {
        "",
        "Exit codes: the command's own, 128+signal; 127 and 126 where it is not found or",
        "not executable; 2 wrong usage; 120 the engine is not here or does not answer,",
        "121 ambiguous name, 122 unsupported engine, 123 no such container or image,",
        "124 not running, 125 other errors of cntr."
    };

    private final CommandSpec spec = Options.command(
            this, "cntr", "A shell next to any running container, with your own tools, inside exactly its world.");

    private CntrCommand() {
        spec.usageMessage().synopsisSubcommandLabel("COMMAND").footer(FOOTER);
    }

    /**
     * What parses and runs a command line.
     *
     * @param first its first word: where that names a command, picocli is told of that one alone, for each takes time
     * @param caller for whom it is run
     */
    static CommandLine commandLine(String first, Caller caller) {
        Map<String, Supplier<CommandSpec>> commands = new LinkedHashMap<>();
        commands.put("attach", () -> new AttachCommand(caller).spec());
        commands.put("reattach", () -> new ReattachCommand(caller).spec());
        commands.put("sessions", () -> new SessionsCommand(caller).spec());
        commands.put("exec", () -> new ExecCommand(caller).spec());
        commands.put("list", () -> new ListCommand(caller).spec());
        commands.put("images", () -> new ImagesCommand(caller).spec());
        commands.put("serve", () -> new ServeCommand(caller).spec());
        commands.put("completion", () -> new CompletionCommand(caller).spec());
        if (commands.containsKey(first)) {
            commands.keySet().retainAll(Set.of(first));
        } else {
            commands.put("help", () -> new HelpCommand().spec());
        }
        CommandLine line = new CommandLine(new CntrCommand().spec);
        commands.forEach((name, command) -> line.addSubcommand(new CommandLine(command.get())));
        return line.setCaseInsensitiveEnumValuesAllowed(true).setExecutionExceptionHandler((e, of, _) -> {
            of.getErr().println("cntr: " + chain(e));
            of.getErr().flush();
            return ExitCode.of(e);
        });
    }

    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "Missing required subcommand");
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
