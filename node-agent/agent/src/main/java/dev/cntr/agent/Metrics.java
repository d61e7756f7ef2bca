package dev.cntr.agent;

import dev.cntr.agent.retired.Counts;
import dev.cntr.fuse.passthrough.DataPath;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the agent counts, for Prometheus; docs/operations.md has the list. All labels are words of this program, never of a
 * user: there are as many series as there are reasons. Thread-safe.
 */
final class Metrics {
    static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final AtomicInteger clients = new AtomicInteger();
    private volatile @Nullable Counts handedOn;
    private final Timer preparation = Timer.builder("cntr.agent.preparation")
            .description("Making of debug containers.")
            .register(registry);

    Metrics() {
        Gauge.builder("cntr.agent.clients", clients, AtomicInteger::get)
                .description("Clients that are attached.")
                .register(registry);
        count("cntr.agent.attaches", 0);
        for (String stream : new String[] {"stdin", "stdout", "stderr"}) {
            count("cntr.agent.stream.bytes", 0, "stream", stream);
        }
        for (String complete : new String[] {"true", "false"}) {
            count("cntr.agent.recordings", 0, "complete", complete);
        }
        count("cntr.agent.recorded.bytes", 0);
        // from zero, or the first of them would be no increase to an alert
        count("cntr.agent.refusals", 0, "reason", "NotAuthorized");
        count("cntr.agent.sessions.ended", 0, "reason", "Exited");
    }

    /** As of {@link Counts.Counter}. */
    void count(String name, double more, String... label) {
        registry.counter(name, label).increment(more);
        Counts told = handedOn;
        if (told != null) {
            told.add(name, more, label);
        }
    }

    /** Nobody asks this agent any more: what is counted from now on is for the one after it. */
    Counts handOn() {
        Counts told = new Counts();
        handedOn = told;
        return told;
    }

    /** Counts the sessions that have a debug container on this node, or are about to, whenever somebody asks. */
    void sessions(Supplier<Number> live) {
        Gauge.builder("cntr.agent.sessions", live)
                .description("Sessions that have a debug container on this node, or are about to.")
                .register(registry);
    }

    /** Counts the agents that were here before and still keep sessions, and these, whenever somebody asks. */
    void retired(Supplier<Number> agents, Supplier<Number> sessions) {
        Gauge.builder("cntr.agent.retired", agents)
                .description("Agents that were stopped and keep their sessions until these end.")
                .register(registry);
        Gauge.builder("cntr.agent.retired.sessions", sessions)
                .description("Sessions that such agents keep.")
                .register(registry);
    }

    /** Counts which way the tools' data goes, whenever somebody asks. */
    void tools(DataPath path) {
        Gauge.builder("cntr.agent.tools.passthrough", path, p -> p.isPassthrough() ? 1 : 0)
                .description("1 where the kernel reads the tools' files itself, 0 where the agent serves each read.")
                .register(registry);
        FunctionCounter.builder("cntr.agent.tools.opened", path, DataPath::passedThrough)
                .tag("data", "passthrough")
                .description("Files of the tools that were opened, by which way their data goes.")
                .register(registry);
        FunctionCounter.builder("cntr.agent.tools.opened", path, DataPath::cached)
                .tag("data", "served")
                .description("Files of the tools that were opened, by which way their data goes.")
                .register(registry);
    }

    void prepared(Duration took) {
        preparation.record(took);
    }

    void ended(String reason) {
        count("cntr.agent.sessions.ended", 1, "reason", reason);
    }

    void refused(String reason) {
        count("cntr.agent.refusals", 1, "reason", reason);
    }

    void attached() {
        count("cntr.agent.attaches", 1);
        clients.incrementAndGet();
    }

    void left() {
        clients.decrementAndGet();
    }

    /** What a session's command has taken and given. */
    void carried(Traffic traffic) {
        count("cntr.agent.stream.bytes", traffic.in().get(), "stream", "stdin");
        count("cntr.agent.stream.bytes", traffic.out().get(), "stream", "stdout");
        count("cntr.agent.stream.bytes", traffic.err().get(), "stream", "stderr");
    }

    void recorded(SessionRecording.Kept kept) {
        if (kept.asked()) {
            count(
                    "cntr.agent.recordings",
                    1,
                    "complete",
                    String.valueOf(kept.shortcoming().isEmpty()));
            kept.stored().ifPresent(file -> count("cntr.agent.recorded.bytes", file.bytes()));
        }
    }

    /** All of it, as it is scraped. */
    String text() {
        return registry.scrape();
    }
}
