package dev.cntr.cli;

import dev.cntr.attach.Command;
import dev.cntr.attach.DebugContainer;
import dev.cntr.cli.caller.Caller;
import dev.cntr.cli.caller.LocalTerminal;
import dev.cntr.linux.program.Exit;
import dev.cntr.linux.terminal.WindowSize;
import java.io.PrintWriter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Runs a debug container to its end, with the user's terminal or streams. */
final class Foreground {
    private final OptionSpec tty =
            Options.flag("A terminal for the command, also where standard input or output is none.", "--tty");

    private final Caller caller;
    private final LocalTerminal terminal;

    Foreground(Caller caller) {
        this.caller = caller;
        terminal = new LocalTerminal(caller);
    }

    void addTo(CommandSpec spec) {
        spec.addOption(tty);
    }

    /** What is to be run (nothing: a shell), with a terminal where there is one here or one was asked for. */
    Command command(List<String> words) {
        return command(words, false);
    }

    /** @param always a terminal, whatever is here */
    Command command(List<String> words, boolean always) {
        boolean wanted = always || Options.isSet(tty) || terminal.here();
        return new Command(
                words, environment(caller.environment()), wanted, wanted ? terminal.size() : new WindowSize(0, 0));
    }

    /** Starts its command and waits for it; gives the exit code. */
    int run(DebugContainer container, PrintWriter err) {
        container.warnings().forEach(w -> err.println("cntr: warning: " + w));
        err.flush();
        boolean hasTerminal = container.stderr() == null;
        Exit exit;
        try (LocalTerminal mine = terminal;
                Wires wires = new Wires(container, caller, hasTerminal ? Optional.of(mine) : Optional.empty())) {
            if (hasTerminal) {
                mine.raw();
            }
            wires.join();
            container.start();
            exit = container.exit().join();
            wires.drain();
        }
        if (exit instanceof Exit.NotExecuted failed) {
            err.println("cntr: " + failed.message());
            err.flush();
        }
        return exit.code();
    }

    /** What the client's terminal brings, and where the tools are; nothing else of this environment. */
    static Map<String, String> environment(Map<String, String> mine) {
        Map<String, String> environment = new HashMap<>();
        mine.forEach((name, value) -> {
            if (List.of("TERM", "LANG", "COLORTERM", "PATH").contains(name) || name.startsWith("LC_")) {
                environment.put(name, value);
            }
        });
        return environment;
    }
}
