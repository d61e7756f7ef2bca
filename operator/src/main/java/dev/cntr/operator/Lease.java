package dev.cntr.operator;

import io.fabric8.kubernetes.api.model.coordination.v1.LeaseSpec;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The leadership as an object: given back at the end, so that the successor need not wait until it runs out. */
final class Lease {
    private static final Logger LOG = LoggerFactory.getLogger(Lease.class);

    private Lease() {}

    /** Gives the lease back if it is ours; if that fails it runs out by itself. */
    static void release(KubernetesClient client, Settings settings) {
        var resource = client.leases().inNamespace(settings.systemNamespace()).withName(Settings.LEASE);
        try {
            var lease = resource.get();
            LeaseSpec spec = lease == null ? null : lease.getSpec();
            if (spec != null && settings.identity().equals(spec.getHolderIdentity())) {
                resource.patch(
                        PatchContext.of(PatchType.JSON_MERGE),
                        "{\"metadata\":{\"resourceVersion\":\"%s\"},\"spec\":{\"holderIdentity\":\"\"}}"
                                .formatted(lease.getMetadata().getResourceVersion()));
            }
        } catch (KubernetesClientException e) {
            LOG.warn("failed to give the lease {} back; it runs out by itself", Settings.LEASE, e);
        }
    }
}
