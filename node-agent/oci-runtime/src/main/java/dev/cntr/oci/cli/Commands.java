package dev.cntr.oci.cli;

import dev.cntr.oci.OciException;
import dev.cntr.oci.lifecycle.Containers;
import dev.cntr.oci.spec.Spec;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/** What each command does. */
final class Commands {
    private static final String DEFAULT_ROOT = "/run/cntr-oci";

    private static final Set<String> LATER =
            Set.of("run", "exec", "ps", "pause", "resume", "update", "events", "checkpoint", "restore");

    private static final String HELP = """
            Usage: cntr-oci [--root DIR] [--log FILE] [--log-format text|json] COMMAND

              create [--bundle DIR] [--console-socket SOCKET] [--pid-file FILE] ID
              start ID
              state ID
              kill [--all] ID [SIGNAL]
              delete [--force] ID
              list [--quiet] [--format table|json]
              spec [--bundle DIR]
              features
            """;

    private final Arguments arguments;
    private final PrintStream out;
    private final PrintStream err;
    private final Containers containers;

    Commands(Arguments arguments, PrintStream out, PrintStream err) {
        this.arguments = arguments;
        this.out = out;
        this.err = err;
        this.containers = new Containers(Path.of(arguments.option("root").orElse(DEFAULT_ROOT)));
    }

    /** Runs the command. */
    void run() {
        refuse();
        if (arguments.has("version")) {
            out.println("cntr-oci version " + version());
            out.println("spec: " + Spec.VERSION);
            return;
        }
        String command = arguments.command().orElse("help");
        if (arguments.has("help") || command.equals("help")) {
            out.print(HELP);
            return;
        }
        switch (command) {
            case "create" -> create();
            case "start" -> containers.start(arguments.id());
            case "state" -> state();
            case "kill" ->
                containers.kill(
                        arguments.id(), SignalName.number(arguments.operand(1).orElse("TERM")), arguments.has("all"));
            case "delete" -> containers.delete(arguments.id(), arguments.has("force"));
            case "list" -> list();
            case "spec" -> spec();
            case "features" -> print("features.json");
            default ->
                throw new OciException(
                        LATER.contains(command)
                                ? "\"" + command + "\" is not implemented yet by cntr-oci"
                                : "unknown command \"" + command + "\"; see cntr-oci --help");
        }
    }

    private void refuse() {
        if (arguments.has("systemd-cgroup")) {
            throw new OciException(
                    "--systemd-cgroup is not implemented by cntr-oci: set the engine to the cgroupfs driver");
        }
        if (arguments.has("no-pivot")) {
            throw new OciException("--no-pivot is not implemented by cntr-oci");
        }
        if (!arguments.option("preserve-fds").orElse("0").equals("0")) {
            throw new OciException("--preserve-fds is not implemented by cntr-oci");
        }
        if (arguments.option("rootless").orElse("auto").equals("true")) {
            throw new OciException("--rootless is not implemented by cntr-oci");
        }
    }

    private void create() {
        List<String> warnings = containers.create(
                arguments.id(),
                Path.of(arguments.option("bundle").orElse(".")),
                arguments.option("console-socket").map(Path::of).orElse(null),
                arguments.option("pid-file").map(Path::of).orElse(null));
        warnings.forEach(w -> err.println("cntr-oci: warning: " + w));
    }

    private void state() {
        Containers.Found found = containers.find(arguments.id());
        out.print(found.state().toJson(found.status()));
    }

    private void list() {
        List<Containers.Found> all = containers.list();
        if (arguments.has("quiet")) {
            all.forEach(found -> out.println(found.state().id()));
        } else if (arguments.option("format").orElse("table").equals("json")) {
            out.println(all.stream()
                    .map(found -> found.state().toJson(found.status()).strip())
                    .toList());
        } else {
            out.printf("%-24s %-8s %-10s %-32s %s%n", "ID", "PID", "STATUS", "CREATED", "BUNDLE");
            for (Containers.Found found : all) {
                var s = found.state();
                out.printf("%-24s %-8d %-10s %-32s %s%n", s.id(), s.pid(), found.status(), s.created(), s.bundle());
            }
        }
    }

    private void spec() {
        Path file = Path.of(arguments.option("bundle").orElse(".")).resolve("config.json");
        try (InputStream in = resource("config.json")) {
            Files.copy(in, file);
        } catch (FileAlreadyExistsException e) {
            throw new OciException(file + " exists already; remove it first", e);
        } catch (IOException e) {
            throw new OciException("cannot write " + file + ": " + e.getMessage(), e);
        }
    }

    private void print(String resource) {
        try (InputStream in = resource(resource)) {
            in.transferTo(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static InputStream resource(String name) {
        return Objects.requireNonNull(Commands.class.getResourceAsStream(name), name);
    }

    private static String version() {
        String version = Commands.class.getPackage().getImplementationVersion();
        return version == null ? "(built from source)" : version;
    }
}
