package dev.cntr.kubectl;

import dev.cntr.api.ToolsSpec;
import dev.cntr.api.ToolsSpec.Source;
import dev.cntr.kubectl.exit.CntrException;
import dev.cntr.kubectl.exit.ExitCode;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** The options of {@code kubectl cntr attach} that say which tools become the root. */
final class ToolsOptions {
    private final OptionSpec container = AttachOptions.value(
            "CONTAINER",
            "The root of another container of the pod becomes the root, read-only and without its volumes; by default that"
                    + " of the agent's image does.",
            "--tools-from");

    void addTo(CommandSpec spec) {
        spec.addOption(container);
    }

    ToolsSpec tools() {
        @Nullable String from = container.getValue();
        if (from == null) {
            return ToolsSpec.AGENT;
        }
        if (!from.matches("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")) {
            throw usage("--tools-from: '" + from + "' is not the name of a container");
        }
        return new ToolsSpec(Source.CONTAINER, from);
    }

    private static CntrException usage(String message) {
        return new CntrException(ExitCode.USAGE, message);
    }
}
