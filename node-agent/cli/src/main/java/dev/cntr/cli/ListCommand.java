package dev.cntr.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.cntr.cli.caller.Caller;
import dev.cntr.engine.Engines;
import dev.cntr.engine.ListedContainer;
import dev.cntr.engine.local.LocalEngines;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** {@code cntr list}. */
final class ListCommand implements Callable<Integer> {
    private static final int SHORT_ID = 12;

    enum Format {
        TABLE,
        JSON,
        NAME
    }

    private final CommandSpec spec = Options.command(
            this, "list", "Shows the containers that the engines of this machine know, running or not.");
    private final Caller caller;
    private final TypeOption type = new TypeOption();
    private final OptionSpec format = Options.choice(
            Format.class,
            "table",
            "FORMAT",
            "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}). NAME: what `cntr attach` takes, a line each, of the"
                    + " running ones.",
            "-o",
            "--output");

    ListCommand(Caller caller) {
        this.caller = caller;
    }

    /** What picocli parses. */
    CommandSpec spec() {
        type.addTo(spec);
        spec.addOption(format);
        spec.usageMessage().footer("", "Examples:", "  cntr list", "  cntr list -t docker,podman -o json");
        return spec;
    }

    @Override
    public Integer call() throws IOException {
        Engines.Inventory inventory =
                LocalEngines.all(caller.environment(), caller.pid()).list(type.types());
        PrintWriter out = spec.commandLine().getOut();
        switch (format.<Format>getValue()) {
            case TABLE -> table(inventory.containers(), out);
            case JSON -> json(inventory.containers(), out);
            case NAME -> names(inventory.containers()).forEach(out::println);
        }
        out.flush();
        PrintWriter err = spec.commandLine().getErr();
        inventory.failures().forEach(e -> err.println("cntr: " + e.getMessage()));
        err.flush();
        return inventory.containers().isEmpty() && !inventory.failures().isEmpty()
                ? ExitCode.of(inventory.failures().getFirst())
                : 0;
    }

    private static List<String> names(List<ListedContainer> containers) {
        return containers.stream()
                .filter(ListedContainer::running)
                .map(c -> c.ref().name())
                .distinct()
                .sorted()
                .toList();
    }

    static void table(List<ListedContainer> containers, PrintWriter out) {
        List<List<String>> rows = new ArrayList<>(List.of(List.of("ENGINE", "ID", "NAME", "STATE", "IMAGE")));
        for (ListedContainer c : containers) {
            rows.add(List.of(
                    c.ref().engine(),
                    shortened(c.ref().id()),
                    Options.printable(c.ref().name()),
                    Options.printable(c.state()),
                    Options.printable(c.image())));
        }
        int[] widths = new int[5];
        rows.forEach(row -> {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        });
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < widths.length; i++) {
                line.append(row.get(i)).repeat(' ', widths[i] - row.get(i).length() + 3);
            }
            out.println(line.toString().stripTrailing());
        }
    }

    /** Random ids as docker shows them; names stay whole. */
    private static String shortened(String id) {
        return id.matches("([^/]*/)?[0-9a-f]{64}")
                ? id.substring(0, id.indexOf('/') + 1 + SHORT_ID)
                : Options.printable(id);
    }

    static void json(List<ListedContainer> containers, PrintWriter out) throws IOException {
        try (JsonGenerator json = new JsonFactory().createGenerator(out)) {
            json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
            json.useDefaultPrettyPrinter();
            json.writeStartArray();
            for (ListedContainer c : containers) {
                json.writeStartObject();
                json.writeStringField("engine", c.ref().engine());
                json.writeStringField("id", c.ref().id());
                json.writeStringField("name", c.ref().name());
                json.writeBooleanField("running", c.running());
                json.writeStringField("state", c.state());
                json.writeStringField("image", c.image());
                json.writeEndObject();
            }
            json.writeEndArray();
        }
        out.println();
    }
}
