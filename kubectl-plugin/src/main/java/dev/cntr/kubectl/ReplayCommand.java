package dev.cntr.kubectl;

import dev.cntr.kubectl.exit.CntrException;
import dev.cntr.kubectl.exit.ExitCode;
import dev.cntr.kubectl.replay.Cast;
import dev.cntr.kubectl.replay.Keys;
import dev.cntr.kubectl.replay.Replay;
import dev.cntr.kubectl.terminal.StandardStreams;
import dev.cntr.kubectl.terminal.Terminal;
import dev.cntr.protocol.WindowSize;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** {@code kubectl cntr replay}: shows a recording of a session. It asks no cluster. */
final class ReplayCommand implements Callable<Integer> {
    private static final String DESCRIPTION =
            "Show a recording of a session (asciicast v2) in this terminal, in its own time.";
    private static final String[] FOOTER = {
        "",
        "Space holds it and lets it go on, q ends it, where standard input is a terminal.",
        "The recorded program's own control sequences are shown; what this terminal answers to them is swallowed then.",
        "",
        "Examples:",
        "  kubectl cntr replay UID-1.cast --speed 2 --idle-limit 1s",
        "",
        "  # From the node's agent, for cluster admins",
        "  kubectl exec -n cntr-system AGENT -- cat /recordings/UID-1.cast | kubectl cntr replay -"
    };

    private final PositionalParamSpec file = PositionalParamSpec.builder()
            .arity("1")
            .required(true)
            .paramLabel("FILE")
            .type(String.class)
            .description("The recording; - for standard input.")
            .build();
    private final OptionSpec speed = OptionSpec.builder("--speed")
            .type(double.class)
            .paramLabel("N")
            .defaultValue("1")
            .description("How many times as fast; default 1.")
            .build();
    private final OptionSpec idleLimit = OptionSpec.builder("--idle-limit")
            .type(Duration.class)
            .paramLabel("TIME")
            .description("Cuts longer pauses of the recording to that, such as 1s.")
            .build();

    /** What picocli parses. */
    CommandSpec spec() {
        CommandSpec spec =
                CommandSpec.wrapWithoutInspection(this).name("replay").addPositional(file);
        spec.usageMessage()
                .sortOptions(false)
                .customSynopsis("kubectl cntr replay FILE|- [--speed N] [--idle-limit TIME]")
                .description(DESCRIPTION)
                .footer(FOOTER);
        for (OptionSpec option : List.of(speed, idleLimit)) {
            spec.addOption(option);
        }
        CntrCommand.addStandardOptions(spec);
        return spec;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        double times = speed.<Double>getValue();
        if (!(times >= 0.01 && times <= 1000)) {
            throw new CntrException(ExitCode.USAGE, "--speed: " + times + " is not between 0.01 and 1000");
        }
        String name = file.getValue();
        boolean piped = name.equals("-");
        Keys keys = new Keys();
        OutputStream out = new FileOutputStream(FileDescriptor.out); // stays open: it is this program's, not ours
        try (InputStream in = open(name)) {
            Cast cast = new Cast(in, piped ? "standard input" : name);
            Replay replay = new Replay(cast, times, Optional.ofNullable(idleLimit.getValue()), keys);
            boolean onTerminal = StandardStreams.outputIsTerminal();
            if (piped || !onTerminal || !StandardStreams.inputIsTerminal()) {
                replay.to(out, onTerminal);
                return 0;
            }
            try (Terminal terminal = Terminal.ofStandardInput()) {
                Runtime.getRuntime().addShutdownHook(new Thread(terminal::restore, "cntr-restore-terminal"));
                complainAboutSize(cast, terminal.size());
                terminal.raw();
                keys.follow(new FileInputStream(FileDescriptor.in));
                replay.to(out, true);
            }
            return 0;
        }
    }

    private static void complainAboutSize(Cast cast, WindowSize size) {
        WindowSize recorded = cast.size();
        boolean known = size.columns() > 0 && size.rows() > 0;
        if (known && (size.columns() < recorded.columns() || size.rows() < recorded.rows())) {
            System.err.println("The recording is of a terminal of " + recorded.columns() + "x" + recorded.rows()
                    + ", this one has " + size.columns() + "x" + size.rows() + ": lines may break where they did not.");
        }
    }

    private static InputStream open(String name) {
        if (name.equals("-")) {
            return new FileInputStream(FileDescriptor.in);
        }
        try {
            return Files.newInputStream(Path.of(name));
        } catch (NoSuchFileException e) {
            throw new CntrException(ExitCode.USAGE, "there is no file " + name, e);
        } catch (IOException e) {
            throw new CntrException(ExitCode.USAGE, "the file " + name + " cannot be read: " + e.getMessage(), e);
        }
    }
}
