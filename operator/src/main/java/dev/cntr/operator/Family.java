package dev.cntr.operator;

import dev.cntr.api.ChildSession;
import dev.cntr.api.DebugSession;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.IndexerResourceCache;
import io.javaoperatorsdk.operator.processing.event.source.inbound.SimpleInboundEventSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Sessions with a selector and those that were made for its pods, from the one watch of all sessions. */
final class Family implements FanOut.Children {
    private static final String BY_PARENT = "parent";

    private final IndexerResourceCache<DebugSession> sessions;
    private final SimpleInboundEventSource<DebugSession> parents = new SimpleInboundEventSource<>("parents");

    Family(EventSourceContext<DebugSession> context) {
        sessions = context.getPrimaryCache();
        sessions.addIndexer(
                BY_PARENT,
                session -> ChildSession.parentOf(session).map(OwnerReference::getUid).stream()
                        .toList());
    }

    /** What JOSDK has to start. */
    List<EventSource<?, DebugSession>> eventSources() {
        return List.of(parents);
    }

    @Override
    public Map<String, DebugSession> of(DebugSession parent) {
        return sessions.byIndex(BY_PARENT, parent.getMetadata().getUid()).stream()
                .collect(Collectors.toMap(child -> child.getMetadata().getName(), Function.identity()));
    }

    /** A child changed, or is gone: time to look at its parent. */
    void wakeParent(DebugSession child) {
        ChildSession.parentOf(child).map(owner -> id(child, owner)).ifPresent(parents::propagateEvent);
    }

    /** The session that says what a session may be: itself, or the one that it was made for; empty where that is gone. */
    static Optional<DebugSession> asked(IndexerResourceCache<DebugSession> sessions, DebugSession session) {
        Optional<OwnerReference> owner = ChildSession.parentOf(session);
        return owner.isEmpty()
                ? Optional.of(session)
                : sessions.get(id(session, owner.get()))
                        .filter(parent ->
                                parent.getMetadata().getUid().equals(owner.get().getUid()));
    }

    private static ResourceID id(DebugSession child, OwnerReference owner) {
        return new ResourceID(owner.getName(), child.getMetadata().getNamespace());
    }
}
