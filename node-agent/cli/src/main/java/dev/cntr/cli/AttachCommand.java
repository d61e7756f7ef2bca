package dev.cntr.cli;

import dev.cntr.attach.AttachPlan;
import dev.cntr.attach.AttachProgram;
import dev.cntr.attach.Command;
import dev.cntr.attach.DebugContainer;
import dev.cntr.attach.Target;
import dev.cntr.engine.local.LocalEngines;
import dev.cntr.linux.Architecture;
import dev.cntr.linux.proc.PinnedProcess;
import dev.cntr.linux.program.Exit;
import dev.cntr.linux.terminal.WindowSize;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code cntr attach}. */
@picocli.CommandLine.Command(
        name = "attach",
        description = "Opens a shell beside a container: in its world, with the tools of this machine.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  cntr attach web                          of whichever engine",
            "  cntr attach -t podman,docker web -- top  podman's first",
            "  cntr attach 4242 -- strace -p 1          beside a process",
            "  cntr attach -t command 'nginx: master'   what calls itself so",
            "  cntr attach --dry-run -o json web        only the plan, as data"
        })
final class AttachCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private TypeOption type;

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

    @Option(
            names = {"-o", "--output"},
            defaultValue = "text",
            paramLabel = "FORMAT",
            description = "How --dry-run prints: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private Format format;

    enum Format {
        TEXT,
        JSON
    }

    @Parameters(
            index = "0",
            paramLabel = "NAME",
            description = "A container's name, id, or the beginning of its id; a process id; a command line.")
    private String reference;

    @Parameters(index = "1..*", paramLabel = "COMMAND", description = "What to run (default: a login shell).")
    private @Nullable List<String> arguments;

    @Override
    public Integer call() throws IOException {
        try (Targets.Found found = new Targets(LocalEngines.all()).find(type.types(), reference)) {
            PinnedProcess target = found.process();
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

    private void print(AttachPlan plan) throws IOException {
        String program = AttachProgram.compile(plan, Architecture.current()).describe();
        PrintWriter out = spec.commandLine().getOut();
        switch (format) {
            case TEXT -> {
                out.println(plan.describe());
                out.print(program);
            }
            case JSON -> {
                PlanJson.write(plan, program, out);
                out.println();
            }
        }
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
