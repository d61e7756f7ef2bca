package dev.cntr.cli;

import dev.cntr.engine.EngineType;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** The option that says which engines are asked. */
final class TypeOption {
    private final OptionSpec types = Options.list(
                    Options.builder(
                            "TYPE",
                            "Which engines to ask, in this order: ${COMPLETION-CANDIDATES} (default: all, in this order; the"
                                    + " first that has it wins).",
                            "-t",
                            "--type"),
                    EngineType.class)
            .completionCandidates(
                    () -> EngineType.defaults().stream().map(EngineType::word).iterator())
            .build();

    void addTo(CommandSpec spec) {
        spec.addOption(types);
    }

    /** In the user's order, or all. */
    List<EngineType> types() {
        List<EngineType> given = Options.values(types);
        return given.isEmpty() ? EngineType.defaults() : given;
    }
}
