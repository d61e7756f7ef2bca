package dev.cntr.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The chart in the hands of Helm and of a real API server. */
@ExtendWith(Cluster.Extension.class)
class ChartE2E {
    private final Cluster cluster;

    ChartE2E(Cluster cluster) {
        this.cluster = cluster;
    }

    @Test
    void anUpgradeToTheSameChangesNothingThatRuns() {
        String before = workloads();
        cluster.install();
        cluster.install();
        assertThat(workloads()).isEqualTo(before).contains("cntr-agent", "cntr-operator", "cntr-relay");
        assertThat(cluster.helm("status", "cntr").ok().out()).contains("STATUS: deployed");
    }

    /** What would be another if a pod was made anew or a workload written. */
    private String workloads() {
        return cluster.kubectl(
                        "get",
                        "deployments,daemonsets,pods",
                        "-A",
                        "-l",
                        "app.kubernetes.io/name=cntr",
                        "-o",
                        "jsonpath={range .items[*]}{.kind} {.metadata.name} {.metadata.generation} {.metadata.uid}{\"\\n\"}{end}")
                .ok()
                .out();
    }
}
