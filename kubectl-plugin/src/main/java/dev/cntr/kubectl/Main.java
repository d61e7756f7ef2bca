package dev.cntr.kubectl;

import dev.cntr.kubectl.exit.CntrException;
import dev.cntr.kubectl.exit.ExitCode;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import picocli.CommandLine;

/** The program {@code kubectl-cntr}, which kubectl runs as {@code kubectl cntr}. */
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        System.exit(run(args));
    }

    /** Runs one command line; every error becomes one line on standard error and an exit code. */
    static int run(String... args) {
        if (args.length > 0 && args[0].equals(Completion.COMMAND)) {
            return Completion.print(program(List.of()), List.of(args).subList(1, args.length), System.out);
        }
        int end = Arrays.asList(args).indexOf("--");
        String[] own = end < 0 ? args : Arrays.copyOf(args, end);
        List<String> command = end < 0 ? List.of() : List.of(args).subList(end + 1, args.length);
        return program(command)
                .registerConverter(Duration.class, Main::duration)
                .setParameterExceptionHandler(
                        (e, _) -> complain(e.getCommandLine().getErr(), ExitCode.USAGE, e))
                .setExecutionExceptionHandler((e, line, _) -> complain(line.getErr(), exitCode(e), e))
                .execute(own);
    }

    /** All commands. What follows {@code --} is no business of the parser's. */
    static CommandLine program(List<String> command) {
        return new CommandLine(new CntrCommand().spec())
                .addSubcommand(new CommandLine(new AttachCommand(command).spec()))
                .addSubcommand(new CommandLine(new ReattachCommand().spec()))
                .addSubcommand(new CommandLine(new ApproveCommand(System.out).spec()))
                .addSubcommand(new CommandLine(new ReplayCommand().spec()));
    }

    private static Duration duration(String text) {
        try {
            return Durations.parse(text);
        } catch (IllegalArgumentException e) {
            throw new CommandLine.TypeConversionException(e.getMessage());
        }
    }

    private static ExitCode exitCode(Exception e) {
        return e instanceof CntrException known ? known.exitCode() : ExitCode.INTERNAL;
    }

    private static int complain(PrintWriter to, ExitCode code, Exception e) {
        String message = e.getMessage();
        to.println("error: " + Text.oneLine(message == null ? e.toString() : message));
        to.flush();
        return code.code();
    }
}
