package dev.cntr.operator;

import dev.cntr.api.Condition;
import dev.cntr.api.ConditionType;
import dev.cntr.api.DebugSession;
import dev.cntr.api.Reason;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** How many sessions there are, by phase and by the reason of their condition Ready: counted at each scrape from what the operator knows. */
final class SessionCounts {
    /** A reason that this version does not know counts as this, so that nobody makes series by writing into a status. */
    private static final String OTHER = "Other";

    private final MultiGauge gauge;

    private record Kind(String phase, String reason) {}

    SessionCounts(MeterRegistry registry) {
        gauge = MultiGauge.builder("cntr.operator.sessions")
                .description("Sessions in the cluster by phase, and by reason of the condition Ready")
                .register(registry);
    }

    /** Counts these. */
    void count(Stream<DebugSession> sessions) {
        Map<Kind, Long> counts = sessions.collect(Collectors.groupingBy(SessionCounts::kind, Collectors.counting()));
        List<Row<?>> rows = counts.entrySet().stream()
                .<Row<?>>map(entry -> Row.of(
                        Tags.of(
                                "phase", entry.getKey().phase(),
                                "reason", entry.getKey().reason()),
                        entry.getValue()))
                .toList();
        gauge.register(rows, true);
    }

    private static Kind kind(DebugSession session) {
        var phase = session.getStatus().phase();
        return new Kind(
                phase == null
                        ? "New"
                        : phase.name().charAt(0) + phase.name().substring(1).toLowerCase(Locale.ROOT),
                session.getStatus()
                        .condition(ConditionType.READY)
                        .map(Condition::reason)
                        .map(text -> Reason.of(text).map(Reason::text).orElse(OTHER))
                        .orElse("None"));
    }
}
