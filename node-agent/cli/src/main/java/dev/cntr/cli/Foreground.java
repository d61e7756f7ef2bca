package dev.cntr.cli;

import dev.cntr.attach.DebugContainer;
import dev.cntr.linux.program.Exit;
import java.io.PrintWriter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Runs a debug container to its end, with the user's terminal or streams. */
final class Foreground {
    private Foreground() {}

    /**
     * Starts its command and waits for it.
     *
     * @param terminal null where the container has none
     * @return the exit code
     */
    static int run(DebugContainer container, @Nullable LocalTerminal terminal, PrintWriter err) {
        container.warnings().forEach(w -> err.println("cntr: warning: " + w));
        err.flush();
        if (terminal != null) {
            terminal.raw();
        }
        Wires wires = new Wires(container, terminal);
        wires.join();
        container.start();
        Exit exit = container.exit().join();
        wires.drain();
        if (terminal != null) {
            terminal.close();
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
