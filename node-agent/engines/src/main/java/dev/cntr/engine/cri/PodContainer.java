package dev.cntr.engine.cri;

import java.util.Map;
import java.util.Optional;

/**
 * Which container of which pod a CRI container is: the labels that the kubelet puts on it
 * ({@code pkg/kubelet/types/labels.go} of Kubernetes).
 */
public record PodContainer(String namespace, String pod, String podUid, String container) {
    private static final String PREFIX = "io.kubernetes.";

    /** Empty for a container that no kubelet has made. */
    public static Optional<PodContainer> of(Map<String, String> labels) {
        String namespace = labels.get(PREFIX + "pod.namespace");
        String pod = labels.get(PREFIX + "pod.name");
        String uid = labels.get(PREFIX + "pod.uid");
        String container = labels.get(PREFIX + "container.name");
        return namespace == null || pod == null || uid == null || container == null
                ? Optional.empty()
                : Optional.of(new PodContainer(namespace, pod, uid, container));
    }

    /** The labels by which the containers of one name of a pod are found, whichever start they are of. A static pod's uid is the hash of its manifest. */
    static Map<String, String> selector(String podUid, String container) {
        return Map.of(PREFIX + "pod.uid", podUid, PREFIX + "container.name", container);
    }

    /** {@code NAMESPACE/POD/CONTAINER}. */
    public String name() {
        return namespace + "/" + pod + "/" + container;
    }
}
