package dev.cntr.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * cntr's two namespaces allow privileged pods, and so are closed: tried by somebody whom RBAC lets do everything in every
 * namespace, but who is no cluster admin. Kubernetes' own controllers and kubelets go on working there.
 */
@ExtendWith(Cluster.Extension.class)
@TestInstance(Lifecycle.PER_CLASS)
class ClosedNamespacesE2E {
    private static final String NAMESPACE = "closed-namespaces";

    private final Cluster cluster;

    @SuppressWarnings("NullAway.Init") // set by JUnit before the first use
    private User mallory;

    @SuppressWarnings("NullAway.Init")
    private User admin;

    ClosedNamespacesE2E(Cluster cluster) {
        this.cluster = cluster;
    }

    @BeforeAll
    void users(@TempDir Path directory) {
        cluster.kubectl("create", "namespace", NAMESPACE).ok();
        cluster.apply("""
                apiVersion: rbac.authorization.k8s.io/v1
                kind: ClusterRole
                metadata: {name: closed-namespaces}
                rules:
                - {apiGroups: ["", apps, batch], resources: ["*"], verbs: ["*"]}
                ---
                apiVersion: rbac.authorization.k8s.io/v1
                kind: ClusterRoleBinding
                metadata: {name: closed-namespaces}
                roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: closed-namespaces}
                subjects: [{kind: ServiceAccount, name: mallory, namespace: %s}]
                """.formatted(NAMESPACE));
        admin = new User(cluster, "admin", Path.of(cluster.environment().get("KUBECONFIG")));
        mallory = User.create(cluster, directory, NAMESPACE, "mallory");
        await().atMost(Duration.ofSeconds(10)).until(() -> mallory.may("create", "pods", "-n", Cluster.SYSTEM));
    }

    @AfterAll
    void clean() {
        cluster.kubectl("delete", "clusterrolebinding,clusterrole", "closed-namespaces");
        cluster.kubectl("delete", "namespace", NAMESPACE, "--timeout=60s").ok();
    }

    private static void closed(String namespace, Run run) {
        assertThat(run.exit()).as(run.toString()).isNotZero();
        assertThat(run.err())
                .contains("namespace " + namespace + " is closed to system:serviceaccount:" + NAMESPACE + ":mallory");
    }

    private static String pod(String account) {
        return """
                apiVersion: v1
                kind: Pod
                metadata: {name: mine}
                spec: {serviceAccountName: %s, containers: [{name: x, image: "busybox:test"}]}
                """.formatted(account);
    }

    private Run create(User user, String namespace, String manifest) {
        return user.kubectlWith(
                manifest.getBytes(UTF_8),
                "-n",
                namespace,
                "create",
                "--dry-run=server",
                "--validate=strict",
                "-f",
                "-");
    }

    @ParameterizedTest
    @ValueSource(strings = {Cluster.SYSTEM, Cluster.RELAY})
    void nobodyButClusterAdminsMakesAPod(String namespace) {
        String account = namespace.equals(Cluster.SYSTEM) ? "cntr-agent" : "cntr-relay";
        create(admin, namespace, pod(account)).ok();
        create(mallory, NAMESPACE, pod("default")).ok();
        closed(namespace, create(mallory, namespace, pod(account)));
        closed(namespace, create(mallory, namespace, pod("default")));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            apps/v1  | Deployment            | spec: {selector: {matchLabels: {a: b}}, template: POD}
            apps/v1  | DaemonSet             | spec: {selector: {matchLabels: {a: b}}, template: POD}
            apps/v1  | ReplicaSet            | spec: {selector: {matchLabels: {a: b}}, template: POD}
            apps/v1  | StatefulSet           | spec: {selector: {matchLabels: {a: b}}, serviceName: x, template: POD}
            batch/v1 | Job                   | spec: {template: ONCE}
            batch/v1 | CronJob               | spec: {schedule: 0 0 1 1 *, jobTemplate: {spec: {template: ONCE}}}
            v1       | ReplicationController | spec: {selector: {a: b}, template: POD}
            v1       | PodTemplate           | template: POD
            """)
    void nobodyButClusterAdminsMakesWhatMakesPods(String version, String kind, String rest) {
        String pod = "{metadata: {labels: {a: b}}, spec: {restartPolicy: Always, containers: [{name: x, image: x}]}}";
        String manifest = "apiVersion: %s\nkind: %s\nmetadata: {name: mine}\n%s\n"
                .formatted(version, kind, rest.replace("POD", pod).replace("ONCE", pod.replace("Always", "Never")));
        for (String namespace : List.of(Cluster.SYSTEM, Cluster.RELAY)) {
            create(admin, namespace, manifest).ok();
            closed(namespace, create(mallory, namespace, manifest));
        }
    }

    @Test
    void nobodyButClusterAdminsChangesWhatRuns() {
        String agent = cluster.kubectl("-n", Cluster.SYSTEM, "get", "pod", "-l", component("agent"), "-o", "name")
                .ok()
                .out()
                .lines()
                .findFirst()
                .orElseThrow();
        for (List<String> change : List.of(
                List.of("set", "image", agent, "agent=busybox:test"),
                List.of("set", "image", "daemonset/cntr-agent", "agent=busybox:test"),
                List.of("set", "image", "deployment/cntr-operator", "operator=busybox:test"),
                List.of("label", agent, "mine=yes"))) {
            List<String> all = new ArrayList<>(List.of("-n", Cluster.SYSTEM));
            all.addAll(change);
            closed(Cluster.SYSTEM, mallory.kubectl(all.toArray(String[]::new)));
        }
    }

    @Test
    void nobodyButClusterAdminsGetsATokenOfItsAccounts() {
        closed(Cluster.SYSTEM, mallory.kubectl("-n", Cluster.SYSTEM, "create", "token", "cntr-agent"));
        closed(Cluster.SYSTEM, create(mallory, Cluster.SYSTEM, """
                apiVersion: v1
                kind: Secret
                type: kubernetes.io/service-account-token
                metadata: {name: mine, annotations: {kubernetes.io/service-account.name: cntr-agent}}
                """));
        create(mallory, Cluster.SYSTEM, "apiVersion: v1\nkind: Secret\nmetadata: {name: mine}")
                .ok();
    }

    /** Controllers make the pods anew, kubelets get them tokens: without either they would not become Ready. */
    @Test
    void controllersAndKubeletsGoOn() {
        restarted(Cluster.SYSTEM, "deployment", "operator");
        restarted(Cluster.RELAY, "daemonset", "relay");
    }

    private void restarted(String namespace, String kind, String component) {
        cluster.kubectl("-n", namespace, "delete", "pod", "-l", component(component), "--timeout=60s")
                .ok();
        cluster.kubectl("-n", namespace, "rollout", "status", kind + "/cntr-" + component, "--timeout=90s")
                .ok();
    }

    private static String component(String name) {
        return "app.kubernetes.io/name=cntr,app.kubernetes.io/component=" + name;
    }
}
