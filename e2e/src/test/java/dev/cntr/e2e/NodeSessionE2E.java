package dev.cntr.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Sessions on nodes: who may, and what they see. Olga is cntr-node-user of the cluster, Paul of the first node only, and Anna may everything in a namespace.
 */
@ExtendWith(Cluster.Extension.class)
@TestInstance(Lifecycle.PER_CLASS)
class NodeSessionE2E {
    private static final int WRONG = 2;
    private static final int FORBIDDEN = 122;
    private static final int NOT_FOUND = 123;
    private static final String NAMESPACE = "node-users";

    private final Cluster cluster;
    private final String server;
    private final String worker;

    @SuppressWarnings("NullAway.Init") // set by JUnit before the first use
    private User olga;

    @SuppressWarnings("NullAway.Init")
    private User paul;

    @SuppressWarnings("NullAway.Init")
    private User anna;

    NodeSessionE2E(Cluster cluster) {
        this.cluster = cluster;
        server = cluster.nodes().getFirst().name();
        worker = cluster.nodes().getLast().name();
    }

    @BeforeAll
    void users(@TempDir Path directory) {
        cluster.kubectl("create", "namespace", NAMESPACE).ok();
        olga = User.create(cluster, directory, NAMESPACE, "olga");
        paul = User.create(cluster, directory, NAMESPACE, "paul");
        anna = User.create(cluster, directory, NAMESPACE, "anna");
        cluster.apply("""
                apiVersion: rbac.authorization.k8s.io/v1
                kind: ClusterRole
                metadata: {name: e2e-one-node}
                rules:
                - {apiGroups: [cntr.dev], resources: [nodedebugsessions], verbs: [create, get, list, watch, delete]}
                - {apiGroups: [cntr.dev], resources: [nodedebugsessions/attach], verbs: [create]}
                - {apiGroups: [""], resources: [nodes/cntr], resourceNames: [%s], verbs: [create]}
                ---
                apiVersion: rbac.authorization.k8s.io/v1
                kind: Role
                metadata: {name: everything, namespace: %s}
                rules:
                - {apiGroups: ["*"], resources: ["*"], verbs: ["*"]}
                """.formatted(server, NAMESPACE));
        cluster.kubectl("create", "clusterrolebinding", "e2e-olga", "--clusterrole=cntr-node-user", account("olga"))
                .ok();
        cluster.kubectl("create", "clusterrolebinding", "e2e-paul", "--clusterrole=e2e-one-node", account("paul"))
                .ok();
        cluster.kubectl("-n", NAMESPACE, "create", "rolebinding", "anna", "--role=everything", account("anna"))
                .ok();
        for (String name : new String[] {"olga", "paul", "anna"}) {
            cluster.kubectl(
                            "-n",
                            Cluster.RELAY,
                            "create",
                            "rolebinding",
                            "e2e-node-" + name,
                            "--role=cntr-attach",
                            account(name))
                    .ok();
        }
    }

    private static String account(String name) {
        return "--serviceaccount=" + NAMESPACE + ":" + name;
    }

    @AfterAll
    void clean() {
        cluster.kubectl("delete", "debugpolicy", "e2e-nodes", "--ignore-not-found");
        cluster.kubectl("delete", "clusterrolebinding", "e2e-olga", "e2e-paul");
        cluster.kubectl("delete", "clusterrole", "e2e-one-node");
        cluster.kubectl(
                "-n", Cluster.RELAY, "delete", "rolebinding", "e2e-node-olga", "e2e-node-paul", "e2e-node-anna");
        cluster.kubectl("delete", "namespace", NAMESPACE, "--timeout=60s").ok();
    }

    @Test
    void itIsRootInTheNodesOwnNamespacesWithTheAgentsToolsAndTheNodesTree() {
        Cluster.Node node = cluster.nodes().getLast();
        Run run = olga.attach(
                "node/" + worker,
                "--",
                "sh",
                "-c",
                "id -u; cat /proc/sys/kernel/hostname; readlink /proc/self/ns/net /proc/self/ns/uts /proc/self/ns/ipc; cat /var/lib/cntr/proc/1/comm;"
                        + " ls -d /var/lib/cntr/var/lib/kubelet; command -v strace; exit 7");
        assertThat(run.exit()).as(run.toString()).isEqualTo(7);
        assertThat(run.out())
                .isEqualTo("0\n"
                        + node.sh(
                                        "cat /proc/sys/kernel/hostname; readlink /proc/1/ns/net /proc/1/ns/uts /proc/1/ns/ipc; cat /proc/1/comm")
                                .ok()
                                .out()
                        + "/var/lib/cntr/var/lib/kubelet\n/usr/bin/strace\n");
    }

    @Test
    void theAgentsLogTellsWhoWasOnWhichNode() {
        olga.attach("node/" + worker, "--", "true").ok();
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(cluster.kubectl(
                                        "-n",
                                        Cluster.SYSTEM,
                                        "logs",
                                        "-l",
                                        "app.kubernetes.io/component=agent",
                                        "--tail=-1")
                                .ok()
                                .out()
                                .lines())
                        .anyMatch(line -> line.contains("\"audit\":\"left\"")
                                && line.contains("\"user\":\"system:serviceaccount:" + NAMESPACE + ":olga\"")
                                && line.contains("\"session\":\"" + worker)
                                && line.contains("\"node\":\"" + worker + "\"")
                                && !line.contains("\"pod\"")));
    }

    @Test
    void aRightToOneNodeIsNoneToAnother() {
        paul.attach("node/" + server, "--", "true").ok();
        Run run = paul.attach("node/" + worker, "--", "true");
        assertThat(run.exit()).as(run.toString()).isEqualTo(FORBIDDEN);
        assertThat(run.err()).contains("lacks the right to create nodes/cntr on node " + worker);
    }

    @Test
    void noRightInANamespaceReachesANode() {
        Run run = anna.attach("node/" + worker, "--", "true");
        assertThat(run.exit()).as(run.toString()).isEqualTo(FORBIDDEN);
        assertThat(run.err()).contains("nodedebugsessions").doesNotContain("in namespace");
        assertThat(anna.kubectlWith(
                                """
                                apiVersion: cntr.dev/v1alpha1
                                kind: DebugSession
                                metadata: {name: sly, namespace: %s}
                                spec: {nodeName: %s, target: {pod: %2$s, nodeName: %2$s}, process: {command: ["true"]}}
                                """.formatted(NAMESPACE, worker).getBytes(StandardCharsets.UTF_8),
                                "create",
                                "--validate=false",
                                "-f",
                                "-")
                        .exit())
                .as("made, but for a pod of that name, which there is not")
                .isZero();
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(cluster.kubectl(
                                        "-n",
                                        NAMESPACE,
                                        "get",
                                        "debugsession",
                                        "sly",
                                        "-o",
                                        "jsonpath={.status.conditions[?(@.type=='Stalled')].reason}")
                                .ok()
                                .out())
                        .isEqualTo("PodNotFound"));
    }

    @Test
    void aNodeThatIsNotThereIsSaid() {
        Run run = cluster.cntr("attach", "node/nowhere", "--", "true");
        assertThat(run.exit()).as(run.toString()).isEqualTo(NOT_FOUND);
        assertThat(run.err()).contains("the cluster has no node nowhere");
    }

    @Test
    void aPolicyForNodesForbidsThem() {
        policy("deny: true");
        try {
            await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
                Run run = olga.attach("node/" + worker, "--", "true");
                assertThat(run.exit()).as(run.toString()).isEqualTo(WRONG);
                assertThat(run.err()).contains("DebugPolicy e2e-nodes allows no sessions on node " + worker);
            });
            paul.attach("node/" + server, "--", "true").ok();
        } finally {
            cluster.kubectl("delete", "debugpolicy", "e2e-nodes").ok();
        }
    }

    @Test
    void aPolicyForNodesDemandsThatSomebodyElseApproves() throws Exception {
        policy("approval: {required: true}");
        try {
            Process client = asked();
            cluster.cntr("approve", waiting(), "--node").ok();
            assertThat(client.inputReader().readLine()).isEqualTo("0");
            assertThat(client.waitFor()).isZero();
        } finally {
            cluster.kubectl("delete", "debugpolicy", "e2e-nodes").ok();
        }
    }

    @Test
    void aPolicyForNodesDemandsThatTwoOthersApprove() throws Exception {
        policy("approval: {required: true, approvers: 2}");
        cluster.kubectl("create", "clusterrolebinding", "e2e-anna", "--clusterrole=cntr-node-approver", account("anna"))
                .ok();
        try {
            Process client = asked();
            String name = waiting();
            assertThat(cluster.cntr("approve", name, "--node").ok().out())
                    .contains("approved; 1 of 2 approvals is still missing");
            assertThat(cluster.kubectl("get", "nodedebugsession", name, "-o", "jsonpath={.status.approval.missing}")
                            .ok()
                            .out())
                    .isEqualTo("1");
            Run again = cluster.cntr("approve", name, "--node");
            assertThat(again.exit()).as(again.toString()).isEqualTo(WRONG);
            assertThat(client.isAlive()).isTrue();

            cluster.cntr(
                            "approve",
                            name,
                            "--node",
                            "--kubeconfig",
                            anna.kubeconfig().toString())
                    .ok();
            assertThat(client.inputReader().readLine()).isEqualTo("0");
            assertThat(client.waitFor()).isZero();
        } finally {
            cluster.kubectl("delete", "clusterrolebinding", "e2e-anna").ok();
            cluster.kubectl("delete", "debugpolicy", "e2e-nodes").ok();
        }
    }

    /** Olga's client, which shows her user's number in the session. */
    private Process asked() throws IOException {
        return Run.start(
                cluster.environment(),
                cluster.cntrCommand(
                        "attach", "--kubeconfig", olga.kubeconfig().toString(), "node/" + worker, "--", "id", "-u"));
    }

    /** The name of the session that waits for approval, when there is one. */
    private String waiting() {
        String waiting = "jsonpath={.items[?(@.status.conditions[0].reason=='WaitingForApproval')].metadata.name}";
        return await().atMost(Duration.ofSeconds(20))
                .until(
                        () -> cluster.kubectl("get", "nodedebugsessions", "-o", waiting)
                                .out()
                                .strip(),
                        found -> !found.isEmpty());
    }

    private void policy(String rule) {
        cluster.apply("""
                apiVersion: cntr.dev/v1alpha1
                kind: DebugPolicy
                metadata: {name: e2e-nodes}
                spec: {nodeSelector: {matchLabels: {kubernetes.io/hostname: %s}}, %s}
                """.formatted(worker, rule));
    }
}
