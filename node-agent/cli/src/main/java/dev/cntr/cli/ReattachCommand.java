package dev.cntr.cli;

import dev.cntr.cli.caller.Caller;
import dev.cntr.cli.detached.DetachedSessions;
import dev.cntr.cli.detached.Viewer;
import dev.cntr.protocol.DetachKeys;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** {@code cntr reattach}. */
final class ReattachCommand implements Callable<Integer> {
    private final CommandSpec spec = Options.command(
            this,
            "reattach",
            "Comes back to a session that `cntr attach --detach` has begun: shows what it has shown (its last MiB), and goes on"
                    + " there, or tells its end. The session goes on when this program ends, whatever ends it.");
    private final OptionSpec keys = Options.builder(
                    "KEYS",
                    "Keys by which you leave, as docker writes them: ctrl-p,ctrl-q (default: none, every key is the session's).",
                    "--detach-keys")
            .type(DetachKeys.class)
            .converters(Options.parser(DetachKeys::parse))
            .defaultValue(DetachKeys.NONE)
            .build();
    private final PositionalParamSpec session = PositionalParamSpec.builder()
            .index("0")
            .arity("0..1")
            .paramLabel("SESSION")
            .type(String.class)
            .description("Its name, or the beginning of that (default: the only one that there is).")
            .build();
    private final Caller caller;

    ReattachCommand(Caller caller) {
        this.caller = caller;
    }

    /** What picocli parses. */
    CommandSpec spec() {
        spec.addOption(keys).addPositional(session);
        spec.usageMessage()
                .footer("", "Examples:", "  cntr reattach", "  cntr reattach --detach-keys ctrl-p,ctrl-q 3f2a");
        return spec;
    }

    @Override
    public Integer call() throws IOException {
        DetachedSessions sessions = DetachedSessions.of(caller.environment());
        String id = sessions.find(Optional.ofNullable(session.getValue())).id();
        OptionalInt code;
        try (Viewer viewer = Viewer.of(sessions, id, caller, keys.getValue())) {
            code = viewer.run();
        }
        if (code.isEmpty()) {
            PrintWriter err = spec.commandLine().getErr();
            err.println();
            err.println("cntr: session " + id + " goes on; `cntr reattach " + id + "` comes back to it");
            err.flush();
        }
        return code.orElse(0);
    }
}
