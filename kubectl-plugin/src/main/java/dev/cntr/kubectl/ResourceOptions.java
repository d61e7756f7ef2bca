package dev.cntr.kubectl;

import dev.cntr.api.Resources;
import dev.cntr.kubectl.exit.CntrException;
import dev.cntr.kubectl.exit.ExitCode;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** The options of {@code kubectl cntr attach} that limit the session alone. Without any it is limited with its container. */
final class ResourceOptions {
    private final OptionSpec memory = AttachOptions.value(
            "QUANTITY",
            "Memory that the session may use, such as 64Mi. It is then not counted to the container's; what needs more is killed.",
            "--memory");
    private final OptionSpec cpu =
            AttachOptions.value("QUANTITY", "CPU time that the session may use, such as 500m or 2.", "--cpu");
    private final OptionSpec pids =
            AttachOptions.value("NUMBER", "Processes that the session may have, at least 8.", "--pids");

    void addTo(CommandSpec spec) {
        spec.addOption(memory).addOption(cpu).addOption(pids);
    }

    Stream<OptionSpec> all() {
        return Stream.of(memory, cpu, pids);
    }

    @Nullable
    Resources resources() {
        @Nullable String bytes = memory.getValue();
        @Nullable String cpus = cpu.getValue();
        @Nullable String count = pids.getValue();
        return bytes == null && cpus == null && count == null
                ? null
                : new Resources(
                        new Resources.Limits(quantity("--cpu", cpus), quantity("--memory", bytes), number(count)));
    }

    private static @Nullable String quantity(String option, @Nullable String value) {
        if (value != null && !Resources.Limits.isQuantity(value)) {
            throw usage(option + ": '" + value + "' is not a quantity, such as 500m, 2 or 64Mi");
        }
        return value;
    }

    private static @Nullable Integer number(@Nullable String value) {
        try {
            return value == null ? null : Integer.valueOf(value);
        } catch (NumberFormatException e) {
            throw usage("--pids: '" + value + "' is not a number");
        }
    }

    private static CntrException usage(String message) {
        return new CntrException(ExitCode.USAGE, message);
    }
}
