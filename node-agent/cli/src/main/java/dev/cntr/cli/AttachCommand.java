package dev.cntr.cli;

import dev.cntr.attach.AttachPlan;
import dev.cntr.attach.AttachProgram;
import dev.cntr.attach.Command;
import dev.cntr.attach.DebugContainer;
import dev.cntr.attach.Target;
import dev.cntr.attach.tools.Tools;
import dev.cntr.attach.tools.ToolsSource;
import dev.cntr.engine.local.LocalEngines;
import dev.cntr.linux.Architecture;
import dev.cntr.linux.proc.PinnedProcess;
import java.io.IOException;
import java.io.PrintWriter;
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
        description = "Opens a shell beside a container: in its world, with the tools of this machine or of an image.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  cntr attach web                          of whichever engine",
            "  cntr attach -t podman,docker web -- top  podman's first",
            "  cntr attach 4242 -- strace -p 1          beside a process",
            "  cntr attach -t command 'nginx: master'   what calls itself so",
            "  cntr attach --image tools.tar web        with the tools of an image",
            "  cntr attach --dry-run -o json web        only the plan, as data"
        })
final class AttachCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private TypeOption type;

    @Mixin
    private ToolsOptions tools;

    @Mixin
    private ElevationOptions elevation;

    @Mixin
    private Foreground foreground;

    @Option(
            names = "--keep-env",
            description = "Variables of this environment too, where the container has none of that name.")
    private boolean keepEnvironment;

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
            Command command = foreground
                    .command(arguments)
                    .elevated(elevation.elevation())
                    .keeping(keepEnvironment ? System.getenv() : Map.of())
                    .madeBy(found.container().runtimeSpec());
            ToolsSource source = tools.source(System.getenv());
            if (dryRun) {
                ToolsSource.Preview preview = source.preview();
                Command planned = preview.path().map(command::withPath).orElse(command);
                print(preview.description(), AttachPlan.of(Target.of(target), planned));
                return 0;
            }
            return run(target, source, command);
        }
    }

    private void print(String toolsInWords, AttachPlan plan) throws IOException {
        String program = AttachProgram.compile(plan, Architecture.current()).describe();
        PrintWriter out = spec.commandLine().getOut();
        switch (format) {
            case TEXT -> {
                out.println("tools         " + toolsInWords + ", by "
                        + tools.provider().name());
                out.println(plan.describe());
                out.print(program);
            }
            case JSON -> {
                PlanJson.write(toolsInWords, tools.provider().name(), plan, program, out);
                out.println();
            }
        }
        out.flush();
    }

    private int run(PinnedProcess target, ToolsSource source, Command command) {
        try (Tools open = source.open(tools.provider(), tools.wishes());
                DebugContainer container = DebugContainer.create(
                        target,
                        open.cloneMount(),
                        open.path().map(command::withPath).orElse(command))) {
            return foreground.run(container, spec.commandLine().getErr());
        }
    }
}
