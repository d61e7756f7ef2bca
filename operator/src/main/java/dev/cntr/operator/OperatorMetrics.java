package dev.cntr.operator;

import dev.cntr.api.DebugSession;
import dev.cntr.api.DebugSessionStatus;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.http.Interceptor;
import io.javaoperatorsdk.operator.api.monitoring.Metrics;
import io.javaoperatorsdk.operator.api.reconciler.RetryInfo;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the operator does, in figures: sessions, reconciliations, those that wait for a thread, requests, and how long a session waits for its place. No label is
 * ever taken from a session, of which there may be any number; docs/operations.md lists them all.
 */
final class OperatorMetrics implements Metrics {
    /** From a tenth of the goal to the bound after which a session that found no place has failed. */
    private static final Duration[] PLACEMENT = {
        Duration.ofMillis(5),
        Duration.ofMillis(10),
        Duration.ofMillis(25),
        Duration.ofMillis(50),
        Duration.ofMillis(100),
        Duration.ofMillis(250),
        Duration.ofMillis(500),
        Duration.ofSeconds(1),
        Duration.ofMillis(2500),
        Duration.ofSeconds(5),
        Duration.ofSeconds(10),
        Duration.ofSeconds(30)
    };

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final SessionCounts counts = new SessionCounts(registry);
    private final Map<String, Supplier<Stream<DebugSession>>> known = new ConcurrentHashMap<>();
    private final Counter succeeded;
    private final Counter failed;
    private final Timer execution;
    private final Timer placement;
    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicInteger running = new AtomicInteger();
    private final AtomicInteger leading = new AtomicInteger();
    private final ThreadLocal<Boolean> started = ThreadLocal.withInitial(() -> false);
    /** Sessions without a place, and the {@link System#nanoTime} at which the operator first heard of each. */
    private final Map<ResourceID, Long> heardOf = new ConcurrentHashMap<>();

    OperatorMetrics() {
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        succeeded = reconciliations(registry, "success");
        failed = reconciliations(registry, "error");
        execution = Timer.builder("cntr.operator.reconciliation")
                .description("Duration of one reconciliation of a session, its API calls included")
                .serviceLevelObjectives(PLACEMENT)
                .register(registry);
        placement = Timer.builder("cntr.operator.placement")
                .description("From the operator's hearing of a new session until its node, agent and relay are written")
                .serviceLevelObjectives(PLACEMENT)
                .register(registry);
        Gauge.builder("cntr.operator.queue.size", waiting, AtomicInteger::get)
                .description("Reconciliations that wait for a thread")
                .register(registry);
        Gauge.builder("cntr.operator.leader", leading, AtomicInteger::get)
                .description("1 where this operator leads, 0 where it follows")
                .register(registry);
        Gauge.builder("cntr.operator.reconciliations.running", running, AtomicInteger::get)
                .description("Reconciliations at work")
                .register(registry);
    }

    private static Counter reconciliations(MeterRegistry registry, String result) {
        return Counter.builder("cntr.operator.reconciliations")
                .description("Reconciliations by result; one that failed is tried again")
                .tag("result", result)
                .register(registry);
    }

    /** The operator has written this status of a session: maybe its place, or that it will get none. */
    void wrote(DebugSession session, DebugSessionStatus status) {
        if (status.finished()) {
            heardOf.remove(ResourceID.fromResource(session));
        } else if (status.placed()) {
            Long since = heardOf.remove(ResourceID.fromResource(session));
            if (since != null) {
                placement.record(Duration.ofNanos(System.nanoTime() - since));
            }
        }
    }

    /** Where the sessions of a kind are that there are. */
    void countSessionsIn(String kind, Supplier<Stream<DebugSession>> sessions) {
        known.put(kind, sessions);
    }

    /** Whether this operator leads. */
    void leads(boolean yes) {
        leading.set(yes ? 1 : 0);
    }

    /** To be put into the HTTP client of the operator. */
    Interceptor apiRequests() {
        return new ApiRequests(registry);
    }

    /** All of it in Prometheus' text format. */
    String scrape() {
        counts.count(known.values().stream().flatMap(Supplier::get));
        return registry.scrape();
    }

    @Override
    public void reconcileCustomResource(HasMetadata resource, @Nullable RetryInfo retry, Map<String, Object> metadata) {
        waiting.incrementAndGet();
        if (resource instanceof DebugSession session
                && !session.isMarkedForDeletion()
                && !session.getStatus().placed()
                && !session.getStatus().finished()) {
            heardOf.putIfAbsent(ResourceID.fromResource(session), System.nanoTime());
        }
    }

    @Override
    public void reconciliationExecutionStarted(HasMetadata resource, Map<String, Object> metadata) {
        waiting.decrementAndGet();
        running.incrementAndGet();
        started.set(true);
    }

    /** Called as well for one that did not start, since its session was gone by then. */
    @Override
    public void reconciliationExecutionFinished(HasMetadata resource, Map<String, Object> metadata) {
        (started.get() ? running : waiting).decrementAndGet();
        started.remove();
    }

    @Override
    public void finishedReconciliation(HasMetadata resource, Map<String, Object> metadata) {
        succeeded.increment();
    }

    @Override
    public void failedReconciliation(HasMetadata resource, Exception exception, Map<String, Object> metadata) {
        failed.increment();
    }

    @Override
    public void cleanupDoneFor(ResourceID id, Map<String, Object> metadata) {
        heardOf.remove(id);
    }

    @Override
    public <T> T timeControllerExecution(ControllerExecution<T> work) throws Exception {
        long start = System.nanoTime();
        try {
            return work.execute();
        } finally {
            execution.record(Duration.ofNanos(System.nanoTime() - start));
        }
    }
}
