package dev.cntr.cli;

import dev.cntr.cli.caller.Caller;
import dev.cntr.cli.detached.DetachedSessions;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** {@code cntr sessions}. */
final class SessionsCommand implements Callable<Integer> {
    private final CommandSpec spec = Options.command(
            this,
            "sessions",
            "Shows the sessions that `cntr attach --detach` has begun and that go on, or whose end nobody has seen: name, the process"
                    + " that keeps it (TERM ends the session), whether it goes on or its exit code, and how it was begun.");
    private final OptionSpec quiet = Options.flag("Names only.", "-q", "--quiet");
    private final Caller caller;

    SessionsCommand(Caller caller) {
        this.caller = caller;
    }

    /** What picocli parses. */
    CommandSpec spec() {
        return spec.addOption(quiet);
    }

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        List<DetachedSessions.Session> sessions =
                DetachedSessions.of(caller.environment()).list();
        if (Options.isSet(quiet)) {
            sessions.forEach(session -> out.println(session.id()));
        } else {
            out.println("SESSION    PID       STATE        BEGUN BY");
            sessions.forEach(session -> out.printf(
                    "%-8s   %-7d   %-10s   %s%n",
                    session.id(),
                    session.keeper(),
                    state(session),
                    Options.printable("cntr " + String.join(" ", session.words()))));
        }
        out.flush();
        return 0;
    }

    private static String state(DetachedSessions.Session session) {
        return session.exitCode().isPresent() ? "ended, " + session.exitCode().getAsInt() : "goes on";
    }
}
