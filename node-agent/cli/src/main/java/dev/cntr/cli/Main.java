package dev.cntr.cli;

/** The program {@code cntr}. */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        int code = CntrCommand.commandLine().execute(arguments);
        // Not System.exit: standard input may be blocked in a read for ever, and no shutdown hook is needed.
        System.out.flush();
        System.err.flush();
        Runtime.getRuntime().halt(code);
    }
}
