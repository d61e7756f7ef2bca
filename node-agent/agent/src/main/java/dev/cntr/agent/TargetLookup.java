package dev.cntr.agent;

import dev.cntr.api.DebugSession;
import dev.cntr.api.DebugSessionStatus;
import dev.cntr.api.Reason;
import dev.cntr.engine.RunningContainer;
import dev.cntr.engine.cri.CriEngine;
import dev.cntr.linux.proc.PinnedProcess;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * Finds the process that a session is about. Nothing is taken from the session but names: pod uid, node and container id
 * come from the API server, the process from the container runtime, which is asked again once the process is pinned, so
 * that a pid that was given to another process in between is never taken for the target.
 */
final class TargetLookup {
    private final KubernetesClient client;
    private final CriEngine runtime;
    private final String nodeName;

    TargetLookup(KubernetesClient client, CriEngine runtime, String nodeName) {
        this.client = client;
        this.runtime = runtime;
        this.nodeName = nodeName;
    }

    /** The session's container as it runs here; the caller closes it. */
    FoundTarget find(DebugSession session, DebugSessionStatus placed) {
        return find(session, placed, Objects.requireNonNull(placed.containerName(), "the operator names one"));
    }

    /** A container of the session's pod as it runs here; the caller closes it. */
    FoundTarget find(DebugSession session, DebugSessionStatus placed, String containerName) {
        Pod pod = pod(session, placed);
        String id = containerId(pod, containerName);
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
            return new FoundTarget(process, container.runtimeSpec());
        } catch (RuntimeException e) {
            process.close();
            throw e;
        }
    }

    private Pod pod(DebugSession session, DebugSessionStatus placed) {
        String namespace = session.getMetadata().getNamespace();
        String name = session.getSpec().target().pod();
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
        return pod;
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

    /** A static pod's containers carry the hash of its manifest, which its mirror at the API server has in an annotation. */
    private static void checkBelongsTo(RunningContainer container, Pod pod) {
        String uid = pod.getMetadata().getUid();
        Map<String, String> annotations = pod.getMetadata().getAnnotations();
        String expected = annotations == null ? uid : annotations.getOrDefault("kubernetes.io/config.hash", uid);
        String actual = container.labels().get("io.kubernetes.pod.uid");
        if (!expected.equals(actual)) {
            throw new AgentException("container " + container.ref() + " belongs to pod uid " + actual + ", not to "
                    + uid + "; nothing was entered");
        }
    }
}
