package dev.cntr.kubectl.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cntr.api.ConditionType;
import dev.cntr.api.DebugSessionSpec;
import dev.cntr.api.Names;
import dev.cntr.api.TimeToLive;
import dev.cntr.kubectl.exit.CntrException;
import dev.cntr.kubectl.exit.ExitCode;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/** The sessions of one namespace, or those on nodes: made, followed until an agent is ready, looked at, deleted. */
public final class Sessions {
    private static final Duration FIRST_POLL = Duration.ofMillis(50);
    private static final Duration LONGEST_POLL = Duration.ofSeconds(1);

    private final Cluster cluster;
    private final Resource resource;

    private Sessions(Cluster cluster, Resource resource) {
        this.cluster = cluster;
        this.resource = resource;
    }

    /** Those of the cluster's chosen namespace. */
    public Sessions(Cluster cluster) {
        this(cluster, Resource.sessions(cluster.namespace()));
    }

    /** Those on nodes. */
    public static Sessions onNodes(Cluster cluster) {
        return new Sessions(cluster, Resource.nodeSessions());
    }

    /** Makes a session whose name begins with that of its pod; or of its node, which the target then names. */
    public Session create(DebugSessionSpec spec) {
        ObjectNode object = cluster.mapper().createObjectNode();
        boolean onNode = resource.namespace().isEmpty();
        object.put("apiVersion", Names.GROUP + "/" + Names.VERSION)
                .put("kind", onNode ? "NodeDebugSession" : "DebugSession");
        object.putObject("metadata").put("generateName", spec.target().podText() + "-");
        ObjectNode fields = cluster.mapper().valueToTree(spec);
        if (onNode) {
            fields.remove("target");
            fields.put("nodeName", spec.target().podText());
        }
        object.set("spec", fields);
        try {
            return session(cluster.create(resource, object));
        } catch (ApiException e) {
            throw e.status() == 404 && !e.kind().equals("namespaces")
                    ? Failures.notInstalled(e)
                    : Failures.refused("create", resource, e);
        }
    }

    /**
     * Follows a session until a client may attach to it. While it waits for somebody's approval, for its container's next start, or for an image that is pulled, the time does not
     * count: its own time to live bounds that.
     *
     * @param progress gets every state on the way
     * @throws CntrException when it failed, ended, was deleted, or the time is up
     */
    public Session awaitReady(Session created, Duration timeout, Consumer<Session> progress)
            throws InterruptedException {
        Waiting waiting = new Waiting(created, timeout, progress);
        while (!waiting.done()) {
            try (Watch watch = watch(waiting)) {
                follow(watch, waiting);
            } catch (ApiException e) {
                if (e.status() == 403) {
                    poll(waiting);
                } else if (e.status() != 410) {
                    throw Failures.refused("watch", resource, e);
                }
            }
            if (!waiting.done()) {
                waiting.see(get(created.name()));
            }
        }
        return waiting.session;
    }

    /** The session of a name, as a user gives it. */
    public Session find(String name) {
        try {
            return session(cluster.get(resource, name));
        } catch (ApiException e) {
            throw e.status() == 404
                    ? new CntrException(
                            ExitCode.NOT_FOUND,
                            "there is no " + resource.qualified() + " " + name
                                    + (resource.namespace().isEmpty() ? "" : " in namespace " + resource.namespace())
                                    + "; it may be over for long; see: kubectl get " + resource.qualified(),
                            e)
                    : Failures.refused("get", resource, e);
        }
    }

    /** The session as it is now; empty when it is gone, or nobody can tell. */
    public Optional<Session> look(String name) {
        try {
            return Optional.of(session(cluster.get(resource, name)));
        } catch (ApiException | CntrException _) {
            return Optional.empty();
        }
    }

    /** What people decide about these sessions. */
    public Approvals approvals() {
        return new Approvals(cluster, resource);
    }

    /** Deletes a session that came to nothing; true when it is gone. */
    public boolean delete(String name) {
        try {
            cluster.delete(resource, name);
            return true;
        } catch (ApiException e) {
            return e.status() == 404;
        } catch (CntrException _) {
            return false;
        }
    }

    private Watch watch(Waiting waiting) {
        return cluster.watch(resource, waiting.session.name(), waiting.session.resourceVersion(), waiting.left());
    }

    private void follow(Watch watch, Waiting waiting) throws InterruptedException {
        while (!waiting.done()) {
            switch (watch.next(waiting.left())) {
                case null -> waiting.timeUp();
                case Watch.Event.Ended() -> {
                    return;
                }
                case Watch.Event.Said(String type, JsonNode object) -> {
                    switch (type) {
                        case "ADDED", "MODIFIED" -> waiting.see(session(object));
                        case "DELETED" -> throw deleted(waiting.session);
                        case "ERROR" -> {
                            return;
                        }
                        default -> {}
                    }
                }
            }
        }
    }

    /** For users who may read a session and not watch it. */
    private void poll(Waiting waiting) throws InterruptedException {
        Duration pause = FIRST_POLL;
        while (!waiting.done()) {
            if (waiting.left().isZero()) {
                waiting.timeUp();
            }
            Thread.sleep(pause.compareTo(waiting.left()) < 0 ? pause : waiting.left());
            waiting.see(get(waiting.session.name()));
            pause = pause.multipliedBy(2).compareTo(LONGEST_POLL) < 0 ? pause.multipliedBy(2) : LONGEST_POLL;
        }
    }

    private Session get(String name) {
        try {
            return session(cluster.get(resource, name));
        } catch (ApiException e) {
            throw e.status() == 404
                    ? new CntrException(
                            ExitCode.LOST, "the session " + name + " was deleted meanwhile; attach again", e)
                    : Failures.refused("get", resource, e);
        }
    }

    private Session session(JsonNode object) {
        return Session.of(object, cluster.mapper());
    }

    private static CntrException deleted(Session session) {
        return new CntrException(ExitCode.LOST, "the session " + session + " was deleted meanwhile; attach again");
    }

    /** Where the wait for one session stands. */
    private static final class Waiting {
        private final Duration timeout;
        private final Consumer<Session> progress;
        private Session session;
        private long deadline;
        private boolean waitsForOthers;
        private boolean ready;

        Waiting(Session created, Duration timeout, Consumer<Session> progress) {
            this.session = created;
            this.deadline = System.nanoTime() + timeout.toNanos();
            this.timeout = timeout;
            this.progress = progress;
        }

        void see(Session now) {
            if (!now.uid().equals(session.uid())) {
                throw deleted(session);
            }
            session = now;
            progress.accept(now);
            if (now.status().finished()) {
                throw SessionFailure.of(now);
            }
            if (now.waitsForApproval() || now.waitsForStart() || now.pullsImage()) {
                waitsForOthers = true;
                deadline = System.nanoTime() + TimeToLive.MAX.plus(timeout).toNanos();
            } else if (waitsForOthers) {
                waitsForOthers = false;
                deadline = System.nanoTime() + timeout.toNanos();
            }
            if (now.status().holds(ConditionType.READY)) {
                ready = true;
            } else if (left().isZero()) {
                timeUp();
            }
        }

        boolean done() {
            return ready;
        }

        Duration left() {
            return Duration.ofNanos(Math.max(0, deadline - System.nanoTime()));
        }

        void timeUp() {
            throw SessionFailure.notReady(session, timeout);
        }
    }
}
