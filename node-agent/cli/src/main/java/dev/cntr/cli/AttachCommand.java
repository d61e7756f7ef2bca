package dev.cntr.cli;

import dev.cntr.attach.AttachPlan;
import dev.cntr.attach.AttachProgram;
import dev.cntr.attach.Command;
import dev.cntr.attach.DebugContainer;
import dev.cntr.attach.Target;
import dev.cntr.attach.tools.Tools;
import dev.cntr.attach.tools.ToolsSource;
import dev.cntr.cli.caller.Caller;
import dev.cntr.cli.detached.Background;
import dev.cntr.cli.detached.DetachedSessions;
import dev.cntr.linux.Architecture;
import dev.cntr.linux.proc.PinnedProcess;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** {@code cntr attach}. */
final class AttachCommand implements Callable<Integer> {
    static final String DETACH = "--detach";

    private static final String[] FOOTER = {
        "",
        "Examples:",
        "  cntr attach web                          of whichever engine",
        "  cntr attach -t podman,docker web -- top  podman's first",
        "  cntr attach 4242 -- strace -p 1          beside a process",
        "  cntr attach -t command 'nginx: master'   what calls itself so",
        "  cntr attach --image tools.tar web        with the tools of an image",
        "  cntr attach --tools-from toolbox web     with those of another container",
        "  cntr attach --detach web -- tcpdump -i eth0   goes on; `cntr reattach` shows it",
        "  cntr attach --dry-run -o json web        only the plan, as data"
    };

    enum Format {
        TEXT,
        JSON
    }

    private final CommandSpec spec = Options.command(
            this, "attach", "Opens a shell beside a container: in its world, with other tools than its own.");
    private final TypeOption type = new TypeOption();
    private final ToolsOptions tools = new ToolsOptions(spec);
    private final ElevationOptions elevation = new ElevationOptions();
    private final Caller caller;
    private final Foreground foreground;
    private final OptionSpec keepEnvironment =
            Options.flag("Variables of this environment too, where the container has none of that name.", "--keep-env");
    private final OptionSpec detach = Options.flag(
            "Begins a session with a terminal, prints its name, and leaves it: it goes on until its command or the container ends. `cntr"
                    + " reattach` comes back to it.",
            DETACH);
    private final OptionSpec dryRun = Options.flag("Prints what would be done, and does nothing.", "--dry-run");
    private final OptionSpec format = Options.choice(
            Format.class,
            "text",
            "FORMAT",
            "How --dry-run prints: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).",
            "-o",
            "--output");
    private final PositionalParamSpec reference = Options.reference();
    private final PositionalParamSpec words = Options.command(false, "What to run (default: a login shell).");

    AttachCommand(Caller caller) {
        this.caller = caller;
        foreground = new Foreground(caller);
    }

    /** What picocli parses. */
    CommandSpec spec() {
        type.addTo(spec);
        tools.addTo(spec);
        elevation.addTo(spec);
        foreground.addTo(spec);
        spec.addOption(keepEnvironment).addOption(detach).addOption(dryRun).addOption(format);
        spec.addPositional(reference).addPositional(words);
        spec.usageMessage().footer(FOOTER);
        return spec;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        boolean detached = Options.isSet(detach) && !Options.isSet(dryRun);
        if (detached && Background.id().isEmpty()) {
            return begin(DetachedSessions.newId());
        }
        if (detached) {
            Background.leaveTerminal();
        }
        return attach();
    }

    /** Has the session in the background. */
    private int begin(String id) throws IOException, InterruptedException {
        PrivateDirectory.make(DetachedSessions.of(caller.environment()).directory());
        int code = Background.start(id);
        if (code == 0) {
            PrintWriter out = spec.commandLine().getOut();
            out.println(id);
            out.flush();
        }
        return code;
    }

    private int attach() throws IOException, InterruptedException {
        Targets targets = Targets.of(caller);
        try (ToolsOptions.Meant meant = tools.find(targets, type.types(), caller);
                Targets.Found found = targets.find(type.types(), reference.getValue())) {
            ToolsSource source = meant.source();
            PinnedProcess target = found.process();
            Command command = foreground
                    .command(Options.words(words), Options.isSet(detach))
                    .elevated(elevation.elevation())
                    .keeping(Options.isSet(keepEnvironment) ? caller.environment() : Map.of())
                    .madeBy(found.container().runtimeSpec());
            if (Options.isSet(dryRun)) {
                ToolsSource.Preview preview = source.preview();
                Command planned = preview.path().map(command::withPath).orElse(command);
                print(preview.description(), ServedAs.probe(source, tools), AttachPlan.of(Target.of(target), planned));
                return 0;
            }
            return run(target, source, command);
        }
    }

    private void print(String toolsInWords, ServedAs served, AttachPlan plan) throws IOException {
        String program = AttachProgram.compile(plan, Architecture.current()).describe();
        PrintWriter out = spec.commandLine().getOut();
        switch (format.<Format>getValue()) {
            case TEXT -> {
                out.println("tools         " + toolsInWords + ", by " + tools.providerInWords());
                out.println("data          " + served);
                out.println(plan.describe());
                out.print(program);
            }
            case JSON -> {
                PlanJson.write(toolsInWords, served, plan, program, out);
                out.println();
            }
        }
        out.flush();
    }

    private int run(PinnedProcess target, ToolsSource source, Command command)
            throws IOException, InterruptedException {
        try (Tools open = source.open(tools.provider(), tools.wishes());
                DebugContainer container = DebugContainer.create(
                        target,
                        open.cloneMount(),
                        open.path().map(command::withPath).orElse(command))) {
            return Options.isSet(detach)
                    ? new DetachedRun(caller, container)
                            .run(
                                    Background.id().orElseThrow(),
                                    spec.commandLine().getErr())
                    : foreground.run(container, spec.commandLine().getErr());
        }
    }
}
