package dev.cntr.cli;

import dev.cntr.cli.caller.ThisProcess;

/** The program {@code cntr}. */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        int code = CntrCommand.commandLine(arguments.length == 0 ? "" : arguments[0], new ThisProcess())
                .execute(arguments);
        // not System.exit: no shutdown hook is needed
        System.out.flush();
        System.err.flush();
        Runtime.getRuntime().halt(code);
    }
}
