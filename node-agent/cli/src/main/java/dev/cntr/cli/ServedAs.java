package dev.cntr.cli;

import dev.cntr.attach.tools.ToolsSource;
import dev.cntr.fuse.TreeProvider;
import dev.cntr.fuse.TreeReport;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How tools would be served, and which way their data would go, for a dry run.
 *
 * @param provider the name of who would serve them
 * @param way as {@link TreeReport#way}, or {@code unknown}
 * @param reason what that rests on
 */
record ServedAs(String provider, String way, String reason) {
    private static final String UNKNOWN = "unknown";

    static ServedAs probe(ToolsSource source, ToolsOptions options) {
        TreeProvider provider = options.provider();
        try {
            Optional<TreeReport> report = source.probe(provider, options.wishes());
            return report.map(ServedAs::of)
                    .orElseGet(() -> new ServedAs(
                            provider.expected().name(), UNKNOWN, "it is tried out when the image has been unpacked"));
        } catch (RuntimeException e) {
            return new ServedAs(provider.expected().name(), UNKNOWN, "they cannot be served: " + e.getMessage());
        }
    }

    private static ServedAs of(TreeReport report) {
        List<String> reasons = new ArrayList<>();
        if (!report.reason().isEmpty()) {
            reasons.add(report.reason());
        }
        report.passedOver().forEach(passed -> reasons.add("not by " + passed));
        return new ServedAs(report.provider(), report.way(), String.join("; ", reasons));
    }

    @Override
    public String toString() {
        return reason.isEmpty() ? way : way + ": " + reason;
    }
}
