package dev.cntr.agent;

import dev.cntr.api.DebugSession;
import dev.cntr.api.DebugSessionStatus;
import dev.cntr.api.SessionEvents;
import dev.cntr.api.SessionObjects;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.net.HttpURLConnection;
import java.time.Duration;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the status of sessions. Operator and agent both do, so each write is bound to the version it was made from; a
 * lost race is read again and repeated. A session that is over, is gone, or has been replaced by another of its name, is left
 * alone.
 */
final class StatusWriter {
    private static final Logger log = LoggerFactory.getLogger(StatusWriter.class);
    private static final PatchContext MERGE = PatchContext.of(PatchType.JSON_MERGE);
    private static final int TRIES = 12;
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

    private final KubernetesClient client;
    private final SessionObjects objects;
    private final SessionEvents events;

    StatusWriter(KubernetesClient client, SessionEvents events) {
        this.client = client;
        this.objects = new SessionObjects(client);
        this.events = events;
    }

    /**
     * Applies a change, which may be asked for several times with newer states, and gives back the session as written.
     *
     * @param latest what is known of the session; saves a read where it is still true
     * @return null when the session is gone or over, when the change changes nothing, or when the API server could not be reached
     *     in some minutes
     */
    @Nullable
    DebugSession write(DebugSession latest, UnaryOperator<DebugSessionStatus> change) {
        return writeAlsoWhereOver(latest, status -> status.finished() ? status : change.apply(status));
    }

    /** As {@link #write}, but for a change that a session which is over may have as well: what became of its recording. */
    @Nullable
    DebugSession writeAlsoWhereOver(DebugSession latest, UnaryOperator<DebugSessionStatus> change) {
        SessionKey key = SessionKey.of(latest);
        DebugSession session = latest;
        long pause = 100;
        for (int i = 1; i <= TRIES; i++) {
            try {
                DebugSessionStatus before =
                        session.getStatus() == null ? DebugSessionStatus.EMPTY : session.getStatus();
                DebugSessionStatus after = change.apply(before);
                if (after.equals(before)) {
                    return null;
                }
                DebugSession written = write(session, after);
                events.written(written, before);
                return written;
            } catch (KubernetesClientException e) {
                if (e.getCode() == HttpURLConnection.HTTP_NOT_FOUND) {
                    return null;
                }
                if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
                    log.warn(
                            "session {} uid={}: writing its status failed (try {} of {}): {}",
                            key,
                            key.uid(),
                            i,
                            TRIES,
                            AgentException.chain(e));
                    if (!sleep(pause)) {
                        return null;
                    }
                    pause = Math.min(2 * pause, LONGEST_PAUSE.toMillis());
                }
            }
            DebugSession read = read(key);
            if (read == null) {
                return null;
            }
            session = read;
        }
        log.error("session {} uid={}: its status could not be written; the operator will find it lost", key, key.uid());
        return null;
    }

    private DebugSession write(DebugSession session, DebugSessionStatus status) {
        var metadata = session.getMetadata();
        var patch = Map.of(
                "metadata",
                Map.of("resourceVersion", metadata.getResourceVersion(), "uid", metadata.getUid()),
                "status",
                status);
        String json = client.getKubernetesSerialization().asJson(patch);
        return objects.patchStatus(session, MERGE, json);
    }

    /** The session as it is now; null where it is gone, or the API server does not answer for long. */
    private @Nullable DebugSession read(SessionKey key) {
        for (int i = 1; i <= TRIES; i++) {
            try {
                DebugSession now = objects.get(key.ofNode() ? null : key.namespace(), key.name());
                return now != null && key.uid().equals(now.getMetadata().getUid()) ? now : null;
            } catch (KubernetesClientException e) {
                log.warn("session {} uid={}: reading it failed: {}", key, key.uid(), AgentException.chain(e));
                if (!sleep(Math.min(100L << i, LONGEST_PAUSE.toMillis()))) {
                    return null;
                }
            }
        }
        return null;
    }

    private static boolean sleep(long millis) {
        try {
            Thread.sleep(millis);
            return true;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
