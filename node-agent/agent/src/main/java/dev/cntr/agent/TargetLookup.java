package dev.cntr.agent;

import dev.cntr.api.ChildSession;
import dev.cntr.api.DebugSession;
import dev.cntr.api.DebugSessionStatus;
import dev.cntr.api.Reason;
import dev.cntr.engine.EngineException;
import dev.cntr.engine.RunningContainer;
import dev.cntr.engine.cri.CriEngine;
import dev.cntr.linux.proc.PinnedProcess;
import dev.cntr.linux.proc.ProcessGoneException;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the process that a session is about. Nothing is taken from the session but names: pod uid, node and container id
 * come from the API server, the process from the container runtime, which is asked again once the process is pinned, so
 * that a pid that was given to another process in between is never taken for the target.
 */
final class TargetLookup {
    private static final int INIT = 1;
    private static final Logger log = LoggerFactory.getLogger(TargetLookup.class);

    private final KubernetesClient client;
    private final CriEngine runtime;
    private final String nodeName;
    private final boolean nodeSessions;

    /** @param nodeSessions whether there may be sessions on the node itself */
    TargetLookup(KubernetesClient client, CriEngine runtime, String nodeName, boolean nodeSessions) {
        this.nodeSessions = nodeSessions;
        this.client = client;
        this.runtime = runtime;
        this.nodeName = nodeName;
    }

    /** The session's container as it runs here, or the node's first process; the caller closes it. */
    FoundTarget find(DebugSession session, DebugSessionStatus placed) {
        if (session.ofNode()) {
            return node(session);
        }
        return find(session, placed, Objects.requireNonNull(placed.containerName(), "the operator names one"));
    }

    /** Process 1 of the pid namespace that this agent shares with its node: in the node's own namespaces, with all that its root may. */
    private FoundTarget node(DebugSession session) {
        if (!nodeSessions) {
            throw new AgentException(
                    Reason.NODE_SESSIONS_DISABLED,
                    "sessions on nodes are turned off in this cluster (nodeSessions.enabled of cntr's chart)");
        }
        String wanted = session.getSpec().target().podText();
        if (!nodeName.equals(wanted)) {
            throw new AgentException("the session is for node " + wanted + ", and this is " + nodeName);
        }
        return new FoundTarget(PinnedProcess.open(INIT), "", Optional.empty(), false);
    }

    /** A container of the session's pod as it runs here; the caller closes it. */
    FoundTarget find(DebugSession session, DebugSessionStatus placed, String containerName) {
        Pod pod = pod(session, placed);
        return find(containerId(pod, containerName), pod);
    }

    /**
     * The session's container as it starts the next time, stopped where that is asked for; the caller closes it.
     *
     * @param begun called when the start cannot be missed any more
     * @param over whether nobody waits any more
     * @return empty where nobody waits any more
     */
    Optional<FoundTarget> awaitStart(
            DebugSession session, DebugSessionStatus placed, Runnable begun, BooleanSupplier over) {
        boolean hold = session.getSpec().target().hold();
        String name = Objects.requireNonNull(placed.containerName(), "a placed session has a container");
        Pod pod = pod(session, placed);
        NextStart next = new NextStart(runtime, uidOnNode(pod), name, hold);
        var waiter = new NextStart.Waiter() {
            @Override
            public void begun() {
                begun.run();
            }

            @Override
            public boolean over() {
                return over.getAsBoolean();
            }

            @Override
            public void checkPod() {
                checkUnfinished(pod(session, placed));
            }
        };
        while (true) {
            Optional<String> id = next.await(waiter);
            if (id.isEmpty()) {
                return Optional.empty();
            }
            try {
                FoundTarget found = find(id.get(), pod);
                return Optional.of(hold ? found.hold() : found);
            } catch (EngineException.NotRunning | EngineException.NotFound | ProcessGoneException e) {
                log.info("container {} has ended before it was entered: {}", id.get(), e.getMessage());
            } catch (RuntimeException e) {
                if (hold) {
                    release(id.get());
                }
                throw e;
            }
        }
    }

    /** Lets a container go on that an earlier agent of this node has stopped for a session, and had no time to continue. */
    void release(DebugSession session) {
        String id = session.getStatus().containerID();
        if (id != null) {
            release(withoutScheme(id));
        }
    }

    private void release(String id) {
        try (FoundTarget _ =
                new FoundTarget(PinnedProcess.open(runtime.running(id).pid()), id, Optional.empty(), true)) {
            log.info("container {} goes on", id);
        } catch (EngineException | ProcessGoneException e) {
            log.info("container {} need not go on: {}", id, e.getMessage());
        }
    }

    private FoundTarget find(String id, Pod pod) {
        RunningContainer container = runtime.running(id);
        checkBelongsTo(container, pod);
        PinnedProcess process = PinnedProcess.open(container.pid());
        try {
            int pidNow = runtime.running(id).pid();
            if (pidNow != container.pid()) {
                throw new AgentException("container " + id + " was restarted while it was being entered (process "
                        + container.pid() + ", then " + pidNow + "); try again");
            }
            process.verify();
            return new FoundTarget(process, id, container.runtimeSpec(), false);
        } catch (RuntimeException e) {
            process.close();
            throw e;
        }
    }

    private static void checkUnfinished(Pod pod) {
        String phase = pod.getStatus().getPhase();
        if ("Succeeded".equals(phase) || "Failed".equals(phase)) {
            throw new AgentException(
                    Reason.POD_FINISHED,
                    "pod " + pod.getMetadata().getNamespace() + "/"
                            + pod.getMetadata().getName() + " has ended: none of its containers starts again");
        }
    }

    private Pod pod(DebugSession session, DebugSessionStatus placed) {
        String namespace = session.getMetadata().getNamespace();
        String name = session.getSpec().target().podText();
        Pod pod = client.pods().inNamespace(namespace).withName(name).get();
        if (pod == null) {
            throw new AgentException("pod " + namespace + "/" + name + " is gone");
        }
        if (!pod.getMetadata().getUid().equals(placed.podUID())) {
            throw new AgentException(
                    "pod " + namespace + "/" + name + " is not the one the session was placed for (uid "
                            + placed.podUID() + "): it was replaced; create a new session");
        }
        if (!nodeName.equals(pod.getSpec().getNodeName())) {
            throw new AgentException("pod " + namespace + "/" + name + " runs on node "
                    + pod.getSpec().getNodeName() + ", not on " + nodeName);
        }
        ChildSession.parentOf(session).ifPresent(parent -> checkAskedFor(session, parent.getName(), pod));
        return pod;
    }

    /** What the operator makes for a selector it makes by its own rights: it is nothing but what somebody with rights has asked for, or is not entered. */
    private void checkAskedFor(DebugSession session, String parent, Pod pod) {
        DebugSession asked = client.resources(DebugSession.class)
                .inNamespace(session.getMetadata().getNamespace())
                .withName(parent)
                .get();
        Map<String, String> labels = pod.getMetadata().getLabels();
        ChildSession.objection(session, asked, labels == null ? Map.of() : labels)
                .ifPresent(why -> {
                    throw new AgentException(Reason.POLICY_DENIED, why);
                });
    }

    private static String containerId(Pod pod, String name) {
        var status = pod.getStatus();
        return Stream.of(
                        status.getContainerStatuses(),
                        status.getInitContainerStatuses(),
                        status.getEphemeralContainerStatuses())
                .flatMap(List::stream)
                .filter(c -> c.getName().equals(name))
                .filter(c -> c.getState() != null && c.getState().getRunning() != null)
                .map(ContainerStatus::getContainerID)
                .map(TargetLookup::withoutScheme)
                .findFirst()
                .orElseThrow(() -> new AgentException(
                        Reason.CONTAINER_NOT_RUNNING,
                        "container " + name + " of pod "
                                + pod.getMetadata().getNamespace() + "/"
                                + pod.getMetadata().getName() + " is not running"));
    }

    /** {@code containerd://0123…} names the runtime before the id. */
    static String withoutScheme(String containerId) {
        int scheme = containerId.indexOf("://");
        return scheme < 0 ? containerId : containerId.substring(scheme + 3);
    }

    private static void checkBelongsTo(RunningContainer container, Pod pod) {
        String actual = container.labels().get("io.kubernetes.pod.uid");
        if (!uidOnNode(pod).equals(actual)) {
            throw new AgentException("container " + container.ref() + " belongs to pod uid " + actual + ", not to "
                    + pod.getMetadata().getUid() + "; nothing was entered");
        }
    }

    /** A static pod's containers carry the hash of its manifest, which its mirror at the API server has in an annotation. */
    private static String uidOnNode(Pod pod) {
        String uid = pod.getMetadata().getUid();
        Map<String, String> annotations = pod.getMetadata().getAnnotations();
        return annotations == null ? uid : annotations.getOrDefault("kubernetes.io/config.hash", uid);
    }
}
