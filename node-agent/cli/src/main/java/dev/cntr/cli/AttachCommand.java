package dev.cntr.cli;

import dev.cntr.attach.AttachPlan;
import dev.cntr.attach.AttachProgram;
import dev.cntr.attach.Command;
import dev.cntr.attach.DebugContainer;
import dev.cntr.attach.Target;
import dev.cntr.linux.Architecture;
import dev.cntr.linux.proc.PinnedProcess;
import dev.cntr.linux.program.Exit;
import dev.cntr.linux.terminal.WindowSize;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code cntr attach}. */
@picocli.CommandLine.Command(
        name = "attach",
        description = "Opens a shell beside a container: in its world, with the tools of this machine.",
        mixinStandardHelpOptions = true)
final class AttachCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(
            names = {"-t", "--type"},
            defaultValue = "auto",
            description = "How the container is named: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private TargetType type;

    @Option(
            names = "--tools",
            defaultValue = "/",
            description = "The directory that becomes the root (default: ${DEFAULT-VALUE}).")
    private Path tools;

    @Option(
            names = "--filesystem",
            defaultValue = "fuse",
            description = "How it does: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private Tools.FileSystem fileSystem;

    @Option(names = "--dry-run", description = "Prints what would be done, and does nothing.")
    private boolean dryRun;

    @Parameters(
            index = "0",
            paramLabel = "ID",
            description = "A process id, or a container's id, its beginning, or name.")
    private String reference;

    @Parameters(index = "1..*", paramLabel = "COMMAND", description = "What to run (default: a login shell).")
    private @Nullable List<String> arguments;

    @Override
    public Integer call() {
        try (PinnedProcess target = new Targets().find(type, reference)) {
            boolean terminal = LocalTerminal.here();
            try (LocalTerminal mine = new LocalTerminal()) {
                Command command = new Command(
                        arguments == null ? List.of() : arguments,
                        environment(System.getenv()),
                        terminal,
                        terminal ? mine.size() : new WindowSize(0, 0));
                if (dryRun) {
                    print(AttachPlan.of(Target.of(target), command));
                    return 0;
                }
                return run(target, command, terminal ? mine : null);
            }
        }
    }

    private void print(AttachPlan plan) {
        var out = spec.commandLine().getOut();
        out.println(plan.describe());
        out.print(AttachProgram.compile(plan, Architecture.current()).describe());
        out.flush();
    }

    private int run(PinnedProcess target, Command command, @Nullable LocalTerminal terminal) {
        try (Tools tree = Tools.open(tools, fileSystem);
                DebugContainer container = DebugContainer.create(target, tree.mount(), command)) {
            var err = spec.commandLine().getErr();
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
