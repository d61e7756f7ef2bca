package dev.cntr.kubectl.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cntr.kubectl.exit.CntrException;
import dev.cntr.kubectl.exit.ExitCode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * What the user wants to debug: a pod, a workload of which the newest ready pod is taken, or a node.
 *
 * @param kind null for a pod or a node
 * @param node whether it is a node
 */
public record Target(@Nullable Kind kind, String name, boolean node) {
    private static final Pattern NAME =
            Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*");

    /** A workload with a pod selector. */
    enum Kind {
        DEPLOYMENT("apps", "deployments"),
        STATEFUL_SET("apps", "statefulsets"),
        DAEMON_SET("apps", "daemonsets"),
        REPLICA_SET("apps", "replicasets"),
        JOB("batch", "jobs");

        private final String group;
        private final String plural;

        Kind(String group, String plural) {
            this.group = group;
            this.plural = plural;
        }

        Resource in(String namespace) {
            return new Resource(group, "v1", plural, namespace);
        }
    }

    private static final Map<String, Kind> KINDS = Map.ofEntries(
            Map.entry("deploy", Kind.DEPLOYMENT),
            Map.entry("deployment", Kind.DEPLOYMENT),
            Map.entry("deployments", Kind.DEPLOYMENT),
            Map.entry("sts", Kind.STATEFUL_SET),
            Map.entry("statefulset", Kind.STATEFUL_SET),
            Map.entry("statefulsets", Kind.STATEFUL_SET),
            Map.entry("ds", Kind.DAEMON_SET),
            Map.entry("daemonset", Kind.DAEMON_SET),
            Map.entry("daemonsets", Kind.DAEMON_SET),
            Map.entry("rs", Kind.REPLICA_SET),
            Map.entry("replicaset", Kind.REPLICA_SET),
            Map.entry("replicasets", Kind.REPLICA_SET),
            Map.entry("job", Kind.JOB),
            Map.entry("jobs", Kind.JOB));

    /** A pod. */
    public static Target ofPod(String name) {
        return new Target(null, name, false);
    }

    /**
     * Reads {@code NAME}, {@code pod/NAME}, {@code node/NAME} or {@code KIND/NAME}, with kubectl's short names and {@code deployment.apps/NAME}.
     *
     * @throws CntrException when it is none of them
     */
    public static Target parse(String text) {
        int slash = text.indexOf('/');
        String kind = slash < 0 ? "pod" : text.substring(0, slash);
        String name = text.substring(slash + 1);
        if (!NAME.matcher(name).matches() || name.length() > 253) {
            throw new CntrException(
                    ExitCode.USAGE, "'" + text + "' is not a target; write pod/NAME, NAME, deploy/NAME or node/NAME");
        }
        int dot = kind.indexOf('.');
        String bare = dot < 0 ? kind : kind.substring(0, dot);
        if (List.of("pod", "pods", "po").contains(bare)) {
            return ofPod(name);
        }
        if (List.of("node", "nodes", "no").contains(bare)) {
            return new Target(null, name, true);
        }
        Kind known = KINDS.get(bare);
        if (known == null) {
            throw new CntrException(
                    ExitCode.USAGE,
                    "cannot debug a " + kind
                            + "; name a pod, or a deploy/, sts/, ds/, rs/ or job/ whose newest ready pod is taken, or a node/");
        }
        return new Target(known, name, false);
    }

    /** The name of the pod, which is asked for only where this is a workload; or of the node. */
    public String pod(Cluster cluster) {
        return kind == null ? name : newestReadyPod(cluster, kind.in(cluster.namespace()));
    }

    private String newestReadyPod(Cluster cluster, Resource workloads) {
        JsonNode workload = asking("get", workloads, () -> cluster.get(workloads, name));
        String selector = selector(workload.path("spec").path("selector"));
        if (selector.isEmpty()) {
            throw new CntrException(
                    ExitCode.NOT_FOUND, workloads.plural() + " " + name + " selects no pods; name a pod instead");
        }
        Resource pods = Resource.pods(cluster.namespace());
        JsonNode list = asking("list", pods, () -> cluster.list(pods, selector));
        List<JsonNode> ready = StreamSupport.stream(list.path("items").spliterator(), false)
                .filter(pod -> pod.path("metadata").path("deletionTimestamp").isMissingNode())
                .filter(Target::isReady)
                .sorted(Comparator.comparing((JsonNode pod) ->
                                pod.path("metadata").path("creationTimestamp").asText())
                        .reversed())
                .toList();
        if (ready.isEmpty()) {
            throw new CntrException(
                    ExitCode.NOT_RUNNING,
                    workloads.plural() + " " + name + " has no ready pod among "
                            + list.path("items").size() + "; see: kubectl get pods -n " + cluster.namespace() + " -l '"
                            + selector + "', and name one of them");
        }
        return ready.getFirst().path("metadata").path("name").asText();
    }

    private static JsonNode asking(String verb, Resource resource, Supplier<JsonNode> request) {
        try {
            return request.get();
        } catch (ApiException e) {
            throw Failures.refused(verb, resource, e);
        }
    }

    /** A {@code metav1.LabelSelector} in the form of a query. */
    static String selector(JsonNode selector) {
        List<String> terms = new ArrayList<>();
        selector.path("matchLabels")
                .properties()
                .forEach(label ->
                        terms.add(label.getKey() + "=" + label.getValue().asText()));
        for (JsonNode expression : selector.path("matchExpressions")) {
            String key = expression.path("key").asText();
            String values = StreamSupport.stream(expression.path("values").spliterator(), false)
                    .map(JsonNode::asText)
                    .collect(Collectors.joining(",", "(", ")"));
            switch (expression.path("operator").asText()) {
                case "In" -> terms.add(key + " in " + values);
                case "NotIn" -> terms.add(key + " notin " + values);
                case "Exists" -> terms.add(key);
                case "DoesNotExist" -> terms.add("!" + key);
                default -> throw new CntrException(ExitCode.INTERNAL, "unknown selector " + expression);
            }
        }
        return String.join(",", terms);
    }

    private static boolean isReady(JsonNode pod) {
        for (JsonNode condition : pod.path("status").path("conditions")) {
            if (condition.path("type").asText().equals("Ready")) {
                return condition.path("status").asText().equals("True");
            }
        }
        return false;
    }
}
