package dev.cntr.cli;

import dev.cntr.cli.caller.Caller;
import dev.cntr.cli.caller.SharedStream;
import dev.cntr.cli.server.Server;
import dev.cntr.linux.Fd;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import picocli.CommandLine;

/** The commands that {@code cntr serve} runs for others. */
final class ServedCommands implements Server.Commands {
    private static final Set<String> NAMES = Set.of("attach", "exec", "list");

    @Override
    public boolean have(List<String> words) {
        // a detached session is to outlive the server
        return !words.isEmpty() && NAMES.contains(words.getFirst()) && !words.contains(AttachCommand.DETACH);
    }

    @Override
    public int run(List<String> words, Caller caller) {
        CommandLine line = CntrCommand.commandLine(words.getFirst(), caller);
        line.setOut(writer(caller.out())).setErr(writer(caller.err()));
        int code = line.execute(words.toArray(new String[0]));
        line.getOut().flush();
        line.getErr().flush();
        return code;
    }

    private static PrintWriter writer(Fd fd) {
        return new PrintWriter(new SharedStream(fd), false, StandardCharsets.UTF_8);
    }
}
