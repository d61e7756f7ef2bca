package dev.cntr.cli;

import dev.cntr.engine.EngineType;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The option that says which engines are asked. */
final class TypeOption {
    @Option(
            names = {"-t", "--type"},
            split = ",",
            paramLabel = "TYPE",
            description =
                    "Which engines to ask, in this order: ${COMPLETION-CANDIDATES} (default: all, in this order; the"
                            + " first that has it wins).")
    private @Nullable List<EngineType> types;

    /** In the user's order, or all. */
    List<EngineType> types() {
        return types == null ? EngineType.defaults() : types;
    }
}
