package dev.cntr.operator;

import dev.cntr.api.DebugSessionSpec.Target;
import dev.cntr.api.Names;
import dev.cntr.api.Reason;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.EphemeralContainer;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What a look at the target pod gives: a container to go to, something to wait for, or something that will not get better. */
sealed interface TargetPod {
    /**
     * The container runs, or its next start is what the node's agent is to wait for.
     *
     * @param podUID the pod's
     * @param node the pod's
     * @param container name of the container
     * @param containerID as the pod's status gives it; null where the next start is meant
     */
    record Found(
            String podUID,
            String node,
            String container,
            @Nullable String containerID) implements TargetPod {}

    /** It is about to start. */
    record Starting(Reason reason, String message) implements TargetPod {}

    /** There is nothing to debug. */
    record Unusable(Reason reason, String message) implements TargetPod {}

    /** Reasons for which a waiting container will start by itself, soon. */
    Set<String> STARTING = Set.of("ContainerCreating", "PodInitializing");

    /** Looks at a pod as the API server gave it; null if there is none. */
    static TargetPod of(String namespace, Target target, @Nullable Pod pod) {
        String podName = target.podText();
        if (pod == null) {
            return new Unusable(
                    Reason.POD_NOT_FOUND,
                    "namespace %s has no pod %s; see kubectl get pods -n %s".formatted(namespace, podName, namespace));
        }
        String name = target.container() == null ? defaultContainer(pod) : target.container();
        if (containers(pod).noneMatch(name::equals)) {
            return new Unusable(
                    Reason.CONTAINER_NOT_FOUND,
                    "pod %s has no container %s, but: %s"
                            .formatted(podName, name, containers(pod).collect(Collectors.joining(", "))));
        }
        String phase = Optional.ofNullable(pod.getStatus().getPhase()).orElse("Unknown");
        return switch (phase) {
            case "Succeeded", "Failed" ->
                new Unusable(
                        Reason.POD_FINISHED,
                        "pod %s has %s".formatted(podName, phase.equals("Failed") ? "failed" : "finished"));
            default -> target.waitForStart() ? nextStart(podName, name, pod) : container(podName, name, pod);
        };
    }

    /** Whatever the container does now, if only it will be started again. */
    private static TargetPod nextStart(String podName, String name, Pod pod) {
        String node = pod.getSpec().getNodeName();
        if (node == null) {
            return new Starting(Reason.POD_PENDING, "pod %s has no node yet".formatted(podName));
        }
        String policy = Optional.ofNullable(pod.getSpec().getRestartPolicy()).orElse("Always");
        boolean ephemeral = pod.getSpec().getEphemeralContainers().stream()
                .anyMatch(container -> container.getName().equals(name));
        boolean began = Optional.ofNullable(status(pod, name))
                .map(ContainerStatus::getState)
                .filter(state -> state.getRunning() != null || state.getTerminated() != null)
                .isPresent();
        return began && (ephemeral || policy.equals("Never"))
                ? new Unusable(
                        Reason.CONTAINER_NOT_RUNNING,
                        "container %s of pod %s has had its only start (%s)"
                                .formatted(name, podName, ephemeral ? "it is ephemeral" : "restartPolicy Never"))
                : new Found(pod.getMetadata().getUid(), node, name, null);
    }

    private static TargetPod container(String podName, String name, Pod pod) {
        ContainerStatus status = status(pod, name);
        String node = pod.getSpec().getNodeName();
        if (status == null || status.getState() == null || node == null) {
            String where = node == null ? "has no node yet" : "has not started on node " + node + " yet";
            return new Starting(Reason.POD_PENDING, "pod %s %s".formatted(podName, where));
        }
        ContainerState state = status.getState();
        if (state.getRunning() != null && status.getContainerID() != null) {
            return new Found(pod.getMetadata().getUid(), node, name, status.getContainerID());
        }
        if (state.getTerminated() != null) {
            return new Unusable(
                    Reason.CONTAINER_NOT_RUNNING,
                    "container %s of pod %s has terminated (%s, exit code %d)"
                            .formatted(
                                    name,
                                    podName,
                                    Optional.ofNullable(state.getTerminated().getReason())
                                            .orElse("no reason"),
                                    state.getTerminated().getExitCode()));
        }
        String why = state.getWaiting() == null
                ? "ContainerCreating"
                : Optional.ofNullable(state.getWaiting().getReason()).orElse("ContainerCreating");
        String message = "container %s of pod %s waits: %s".formatted(name, podName, why);
        return STARTING.contains(why)
                ? new Starting(Reason.POD_PENDING, message)
                : new Unusable(Reason.CONTAINER_NOT_RUNNING, message);
    }

    /** As kubectl chooses it: by annotation, else the first. */
    private static String defaultContainer(Pod pod) {
        String first = pod.getSpec().getContainers().getFirst().getName();
        return pod.getMetadata().getAnnotations() == null
                ? first
                : pod.getMetadata().getAnnotations().getOrDefault(Names.DEFAULT_CONTAINER_ANNOTATION, first);
    }

    /** Names of all containers, then of sidecars and init containers, and of ephemeral ones last. */
    private static Stream<String> containers(Pod pod) {
        return Stream.concat(
                Stream.of(pod.getSpec().getContainers(), pod.getSpec().getInitContainers())
                        .flatMap(List::stream)
                        .map(Container::getName),
                pod.getSpec().getEphemeralContainers().stream().map(EphemeralContainer::getName));
    }

    private static @Nullable ContainerStatus status(Pod pod, String container) {
        return Stream.of(
                        pod.getStatus().getContainerStatuses(),
                        pod.getStatus().getInitContainerStatuses(),
                        pod.getStatus().getEphemeralContainerStatuses())
                .flatMap(List::stream)
                .filter(status -> status.getName().equals(container))
                .findFirst()
                .orElse(null);
    }
}
