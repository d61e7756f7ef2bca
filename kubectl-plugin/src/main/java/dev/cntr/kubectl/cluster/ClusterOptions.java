package dev.cntr.kubectl.cluster;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Which cluster to talk to, as kubectl's flags say it.
 *
 * @param kubeconfig a file; null for {@code $KUBECONFIG}, {@code ~/.kube/config} or the pod's service account
 * @param context a context in it; null for the current one
 * @param namespace null for the context's
 * @param requestTimeout how long one request may take
 */
public record ClusterOptions(
        @Nullable String kubeconfig,
        @Nullable String context,
        @Nullable String namespace,
        Duration requestTimeout) {}
