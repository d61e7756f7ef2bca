package dev.cntr.kubectl.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cntr.api.Names;
import dev.cntr.kubectl.exit.CntrException;
import dev.cntr.kubectl.exit.ExitCode;
import java.util.Comparator;
import java.util.List;
import java.util.stream.StreamSupport;

/**
 * A pod that a label selector takes.
 *
 * @param container the one that kubectl exec would take
 */
public record SelectedPod(String name, String container) {
    /**
     * The pods of the cluster's chosen namespace that are neither finished nor being deleted, by name.
     *
     * @param selector in the words of kubectl's {@code -l}
     * @throws CntrException where there is none
     */
    public static List<SelectedPod> of(Cluster cluster, String selector) {
        Resource resource = Resource.pods(cluster.namespace());
        JsonNode list;
        try {
            list = cluster.list(resource, selector);
        } catch (ApiException e) {
            throw Failures.refused("list", resource, e);
        }
        List<SelectedPod> pods = StreamSupport.stream(list.path("items").spliterator(), false)
                .filter(pod -> pod.path("metadata").path("deletionTimestamp").isMissingNode())
                .filter(pod -> !List.of("Succeeded", "Failed")
                        .contains(pod.path("status").path("phase").asText()))
                .map(pod -> new SelectedPod(pod.path("metadata").path("name").asText(), container(pod)))
                .sorted(Comparator.comparing(SelectedPod::name))
                .toList();
        if (pods.isEmpty()) {
            throw new CntrException(
                    ExitCode.NOT_FOUND,
                    "no pod of namespace %s that is not finished has the labels '%s'; see: kubectl get pods -n %1$s -l '%2$s'"
                            .formatted(cluster.namespace(), selector));
        }
        return pods;
    }

    private static String container(JsonNode pod) {
        String first = pod.path("spec").path("containers").path(0).path("name").asText();
        return pod.path("metadata")
                .path("annotations")
                .path(Names.DEFAULT_CONTAINER_ANNOTATION)
                .asText(first);
    }
}
