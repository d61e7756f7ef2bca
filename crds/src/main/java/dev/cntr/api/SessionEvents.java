package dev.cntr.api;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells in Events what happens to sessions, on the session and where it concerns the pod's owner on the pod. It does so at
 * leisure and within bounds: at most 20 a second, at most 256 that wait; what is beyond is dropped, for conditions and log
 * have it all. A session never waits for its Events.
 */
public final class SessionEvents implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(SessionEvents.class);
    private static final int MOST_WAITING = 256;
    private static final Duration PACE = Duration.ofMillis(50);
    private static final Duration BETWEEN_COMPLAINTS = Duration.ofMinutes(1);
    private static final int LONGEST_MESSAGE = 1024; // core/v1: what kubectl and the API server agree on
    private static final int LONGEST_NAME = 200;

    private final KubernetesClient client;
    private final String component;
    private final String instance;
    private final Clock clock;
    private final AtomicLong dropped = new AtomicLong();
    private long toldAt = System.nanoTime() - BETWEEN_COMPLAINTS.toNanos();
    private final ThreadPoolExecutor sender = new ThreadPoolExecutor(
            1,
            1,
            0,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(MOST_WAITING),
            Thread.ofPlatform().daemon().name("events").factory(),
            (_, _) -> dropped.incrementAndGet());

    /**
     * @param component who tells, such as {@code cntr-agent}
     * @param instance which of them, such as the pod's name
     */
    public SessionEvents(KubernetesClient client, String component, String instance, Clock clock) {
        this.client = client;
        this.component = component;
        this.instance = instance;
        this.clock = clock;
    }

    /** Tells what a write has brought about; returns at once. */
    public void written(DebugSession session, @Nullable DebugSessionStatus before) {
        DebugSessionStatus old = before == null ? DebugSessionStatus.EMPTY : before;
        for (SessionEvent event : SessionEvent.between(old, session.getStatus())) {
            send(event(event, session, sessionReference(session), event.message()));
            if (event.concernsPod() && session.getStatus().podUID() != null) {
                String name = session.getMetadata().getName();
                send(event(event, session, podReference(session), "debug session " + name + ": " + event.message()));
            }
        }
    }

    private void send(Event event) {
        sender.execute(() -> {
            complain();
            try {
                client.v1()
                        .events()
                        .inNamespace(event.getMetadata().getNamespace())
                        .resource(event)
                        .create();
                Thread.sleep(PACE);
            } catch (KubernetesClientException e) {
                // such as a namespace that is being deleted
                log.debug("an event was not written: {}", e.getMessage());
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        });
    }

    /** On the sender's thread: a flood of sessions must not become one of complaints. */
    private void complain() {
        long now = System.nanoTime();
        if (dropped.get() > 0 && now - toldAt >= BETWEEN_COMPLAINTS.toNanos()) {
            log.warn("too many events at once: {} were dropped", dropped.getAndSet(0));
            toldAt = now;
        }
    }

    private Event event(SessionEvent event, DebugSession session, ObjectReference about, String message) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
        return new EventBuilder()
                .withNewMetadata()
                .withNamespace(
                        session.ofNode() ? "default" : session.getMetadata().getNamespace()) // where those of nodes are
                .withName(name(about.getName()))
                .endMetadata()
                .withInvolvedObject(about)
                .withType(event.warning() ? "Warning" : "Normal")
                .withReason(event.reason())
                .withMessage(message.length() > LONGEST_MESSAGE ? message.substring(0, LONGEST_MESSAGE) : message)
                .withFirstTimestamp(now.toString())
                .withLastTimestamp(now.toString())
                .withCount(1)
                .withNewSource()
                .withComponent(component)
                .endSource()
                .withReportingComponent(component)
                .withReportingInstance(instance)
                .build();
    }

    /** What it is about, a dot, and a number that no other has. A name that is cut ends with a letter or a digit. */
    private static String name(String about) {
        String cut =
                about.length() > LONGEST_NAME ? about.substring(0, LONGEST_NAME).replaceAll("[-.]+$", "") : about;
        return cut + "."
                + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
    }

    private static ObjectReference sessionReference(DebugSession session) {
        return new ObjectReferenceBuilder()
                .withApiVersion(Names.GROUP + "/" + Names.VERSION)
                .withKind(session.ofNode() ? "NodeDebugSession" : "DebugSession")
                .withNamespace(session.getMetadata().getNamespace())
                .withName(session.getMetadata().getName())
                .withUid(session.getMetadata().getUid())
                .build();
    }

    private static ObjectReference podReference(DebugSession session) {
        return new ObjectReferenceBuilder()
                .withApiVersion("v1")
                .withKind("Pod")
                .withNamespace(session.getMetadata().getNamespace())
                .withName(session.getSpec().target().podText())
                .withUid(session.getStatus().podUID())
                .build();
    }

    /** Sends no more. */
    @Override
    public void close() {
        sender.shutdownNow();
    }
}
