package dev.cntr.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;

/** Sessions beside every kind of container that a pod may have, and beside a pod that the kubelet itself made. */
@ExtendWith(Cluster.Extension.class)
@TestInstance(Lifecycle.PER_CLASS)
class PodKindsE2E {
    private static final String NAMESPACE = "pod-kinds";
    private static final String STATIC = "kinds-static";
    private static final String[] WHO = {"--", "sh", "-c", "echo $WHO; tr '\\0' ' ' < /proc/1/cmdline"};

    private final Cluster cluster;
    private String manifest = "";

    PodKindsE2E(Cluster cluster) {
        this.cluster = cluster;
    }

    @BeforeAll
    void pods() throws IOException {
        Cluster.Node node = cluster.nodes().getLast();
        cluster.kubectl("create", "namespace", NAMESPACE).ok();
        cluster.apply("""
                apiVersion: v1
                kind: Pod
                metadata: {name: initialising, namespace: %1$s}
                spec:
                  nodeName: %2$s
                  automountServiceAccountToken: false
                  terminationGracePeriodSeconds: 0
                  initContainers:
                  - {name: side, image: "busybox:test", imagePullPolicy: Never, restartPolicy: Always, command: [sleep, "1000001"], env: [{name: WHO, value: side}]}
                  - {name: slow, image: "busybox:test", imagePullPolicy: Never, command: [sleep, "1000002"], env: [{name: WHO, value: slow}]}
                  containers:
                  - {name: app, image: "busybox:test", imagePullPolicy: Never, command: [sleep, "1000003"]}
                ---
                apiVersion: v1
                kind: Pod
                metadata: {name: joined, namespace: %1$s}
                spec:
                  nodeName: %2$s
                  automountServiceAccountToken: false
                  terminationGracePeriodSeconds: 0
                  containers:
                  - {name: app, image: "busybox:test", imagePullPolicy: Never, command: [sleep, "1000004"]}
                """.formatted(NAMESPACE, node.name()));
        String configuration = cluster.kubectl("get", "--raw", "/api/v1/nodes/" + node.name() + "/proxy/configz")
                .ok()
                .out();
        manifest = new ObjectMapper()
                        .readTree(configuration)
                        .at("/kubeletconfig/staticPodPath")
                        .asText() + "/" + STATIC + ".yaml";
        node.sh("""
                cat > %s <<'EOF'
                apiVersion: v1
                kind: Pod
                metadata: {name: %s, namespace: %s}
                spec:
                  terminationGracePeriodSeconds: 0
                  containers:
                  - {name: app, image: "busybox:test", imagePullPolicy: Never, command: [sleep, "1000005"], env: [{name: WHO, value: static}]}
                EOF
                """.formatted(manifest, STATIC, NAMESPACE)).ok();
        cluster.kubectl("-n", NAMESPACE, "wait", "--for=condition=Ready", "pod/joined", "--timeout=60s")
                .ok();
        cluster.kubectl(
                        "-n",
                        NAMESPACE,
                        "debug",
                        "joined",
                        "--image=busybox:test",
                        "--image-pull-policy=Never",
                        "--container=look",
                        "--env=WHO=look",
                        "--",
                        "sleep",
                        "1000006")
                .ok();
    }

    @AfterAll
    void clean() {
        cluster.nodes().getLast().sh("rm -f " + manifest).ok();
        cluster.kubectl("delete", "namespace", NAMESPACE, "--timeout=60s").ok();
    }

    /** As soon as it runs: what its status says is waited for by the session itself for a while, but not for ever. */
    private void is(String pod, String container, String wanted) {
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            String[] command = {"attach", "-n", NAMESPACE, pod, "-c", container, WHO[0], WHO[1], WHO[2], WHO[3]};
            assertThat(cluster.cntr(command).ok().out()).isEqualTo(wanted);
        });
    }

    @Test
    void anInitContainerThatRuns() {
        is("initialising", "slow", "slow\nsleep 1000002 ");
    }

    @Test
    void aSidecarWhileThePodIsStillInitialising() {
        is("initialising", "side", "side\nsleep 1000001 ");
    }

    /** That will start only after the other; the session says so instead of taking another container. */
    @Test
    void aContainerBehindAnInitContainerThatRunsIsSaidToWait() {
        Run run = cluster.cntr("attach", "-n", NAMESPACE, "initialising", "-c", "app", "--timeout=3s", "--", "true");
        assertThat(run.exit()).as(run.toString()).isEqualTo(124);
        assertThat(run.err()).contains("container app of pod initialising waits: PodInitializing");
    }

    @Test
    void anEphemeralContainer() {
        is("joined", "look", "look\nsleep 1000006 ");
    }

    /** Known to the API server by its mirror, whose uid is not that which its containers bear. */
    @Test
    void theContainerOfAStaticPod() {
        is(STATIC + "-" + cluster.nodes().getLast().name(), "app", "static\nsleep 1000005 ");
    }
}
