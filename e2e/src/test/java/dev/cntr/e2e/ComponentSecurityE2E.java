package dev.cntr.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.cntr.protocol.Possession;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
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
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the parts of cntr are closed to, and what their tokens are good for. Tried by somebody whom RBAC grants every way into
 * the pods of cntr and every verb on sessions, and by whoever has stolen a token of the operator or of an agent.
 */
@ExtendWith(Cluster.Extension.class)
@TestInstance(Lifecycle.PER_CLASS)
class ComponentSecurityE2E {
    private static final String NAMESPACE = "security-parts";

    private final Cluster cluster;

    @SuppressWarnings("NullAway.Init") // set by JUnit before the first use
    private User mallory;

    @SuppressWarnings("NullAway.Init")
    private Path directory;

    ComponentSecurityE2E(Cluster cluster) {
        this.cluster = cluster;
    }

    @BeforeAll
    void users(@TempDir Path directory) {
        this.directory = directory;
        cluster.kubectl("create", "namespace", NAMESPACE).ok();
        cluster.apply("""
                apiVersion: rbac.authorization.k8s.io/v1
                kind: ClusterRole
                metadata: {name: security-parts}
                rules:
                - apiGroups: [""]
                  resources: [pods, pods/exec, pods/attach, pods/portforward, pods/proxy, pods/ephemeralcontainers]
                  verbs: ["*"]
                - {apiGroups: [cntr.dev], resources: ["*"], verbs: ["*"]}
                ---
                apiVersion: rbac.authorization.k8s.io/v1
                kind: ClusterRoleBinding
                metadata: {name: security-parts}
                roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: security-parts}
                subjects: [{kind: ServiceAccount, name: mallory, namespace: %s}]
                """.formatted(NAMESPACE));
        mallory = User.create(cluster, directory, NAMESPACE, "mallory");
        await().atMost(Duration.ofSeconds(10)).until(() -> mallory.may("create", "pods/exec", "-n", Cluster.SYSTEM));
    }

    @AfterAll
    void clean() {
        cluster.kubectl("delete", "clusterrolebinding,clusterrole", "security-parts");
        cluster.kubectl("delete", "namespace", NAMESPACE, "--timeout=60s").ok();
    }

    private String pod(String component, Cluster.Node node) {
        return cluster.kubectl(
                        "get",
                        "pods",
                        "-n",
                        component.equals("relay") ? Cluster.RELAY : Cluster.SYSTEM,
                        "-l",
                        "app.kubernetes.io/name=cntr,app.kubernetes.io/component=" + component,
                        "--field-selector=spec.nodeName=" + node.name(),
                        "-o",
                        "jsonpath={.items[0].metadata.name}")
                .ok()
                .out();
    }

    private static void forbidden(Run run, String... words) {
        assertThat(run.exit()).as(run.toString()).isNotZero();
        assertThat(run.err()).containsIgnoringCase("forbidden").contains(words);
    }

    @ParameterizedTest
    @ValueSource(strings = {"agent", "relay"})
    void thePodsOfCntrAreClosed(String component) {
        String namespace = component.equals("relay") ? Cluster.RELAY : Cluster.SYSTEM;
        String pod = pod(component, cluster.nodes().getLast());
        String closed = "closed to ";
        forbidden(mallory.kubectl("-n", namespace, "attach", pod), closed + "attach");
        forbidden(mallory.kubectl("-n", namespace, "port-forward", pod, ":8081"), closed + "portforward");
        forbidden(
                mallory.kubectl("get", "--raw", "/api/v1/namespaces/" + namespace + "/pods/" + pod + ":8081/proxy/"),
                closed + "proxy");
        forbidden(
                mallory.kubectl("-n", namespace, "debug", pod, "--image=busybox:test", "--", "true"),
                closed + "ephemeralcontainers");
    }

    @Test
    void theAgentIsEnteredByClusterAdminsOnly() {
        String pod = pod("agent", cluster.nodes().getLast());
        String[] exec = {"-n", Cluster.SYSTEM, "exec", pod, "-c", "agent", "--", "true"};
        forbidden(mallory.kubectl(exec), "closed to exec");
        cluster.kubectl(exec).ok();
    }

    /** Cluster admins, too: there is nothing in a relay to look at, and the name in the agents' log is to be true for all. */
    @Test
    void aRelayRunsNothingButAnAttach() {
        String pod = pod("relay", cluster.nodes().getLast());
        for (List<String> command : List.of(
                List.of("/pause"),
                List.of("/relay"),
                List.of("sh", "-c", "true"),
                List.of("/relay", "attach", NAMESPACE, "x"),
                List.of("/relay", "detach", NAMESPACE, "x", mallory.name()),
                List.of("/relay", "attach", NAMESPACE, "x", mallory.name(), "more"))) {
            List<String> exec = new ArrayList<>(List.of("-n", Cluster.RELAY, "exec", pod, "-c", "relay", "--"));
            exec.addAll(command);
            forbidden(mallory.kubectl(exec.toArray(String[]::new)), "/relay attach NAMESPACE SESSION USER");
            forbidden(cluster.kubectl(exec.toArray(String[]::new)), "/relay attach NAMESPACE SESSION USER");
        }
        String query = "/api/v1/namespaces/" + Cluster.RELAY + "/pods/" + pod
                + "/exec?stdin=true&stdout=true&command=/relay&command=attach&command=" + NAMESPACE
                + "&command=x&command=" + mallory.name();
        forbidden(mallory.kubectl("get", "--raw", query), "container relay only");
        forbidden(mallory.kubectl("get", "--raw", query + "&container=pause"), "container relay only");
        Run allowed = mallory.kubectl("get", "--raw", query + "&container=relay");
        assertThat(allowed.err()).as("let through, and no WebSocket").contains("Upgrade request required");
    }

    @Test
    void aUserWithEveryVerbOnSessionsWritesNoStatus() {
        String name = placed(cluster.nodes().getFirst());
        mayNotWrite(mallory, name, "{\"attachments\":3}", "operator and agents only");
        writeStatus(admin(), name, "{\"attachments\":3}");
    }

    @Test
    void anAgentsTokenWritesTheSessionsOfItsNodeOnly() {
        Cluster.Node own = cluster.nodes().getLast();
        User thief = User.withToken(
                cluster,
                directory,
                "agent",
                cluster.kubectl(
                                "-n",
                                Cluster.SYSTEM,
                                "create",
                                "token",
                                "cntr-agent",
                                "--bound-object-kind=Pod",
                                "--bound-object-name=" + pod("agent", own))
                        .ok()
                        .out());
        String here = placed(own);
        String there = placed(cluster.nodes().getFirst());
        writeStatus(thief, here, "{\"attachments\":1}");
        mayNotWrite(
                thief,
                there,
                "{\"attachments\":1}",
                "the agent of node " + own.name() + " may not write a session of node "
                        + cluster.nodes().getFirst().name());
        mayNotWrite(thief, there, "{\"nodeName\":\"" + own.name() + "\"}", "may not write a session of node");
        for (String decided : List.of(
                "\"nodeName\":\"elsewhere\"",
                "\"podUID\":\"another\"",
                "\"containerID\":null",
                "\"agentPod\":\"mine\"",
                "\"relayPod\":\"default/mine\"",
                "\"expiresAt\":\"2099-01-01T00:00:00Z\"")) {
            mayNotWrite(thief, here, "{" + decided + "}", "the operator decides it");
        }
        mayOnly(thief);
        forbidden(
                thief.kubectl(
                        "-n",
                        NAMESPACE,
                        "patch",
                        "debugsession",
                        here,
                        "--type=merge",
                        "-p",
                        "{\"spec\":{\"ttl\":\"24h\"}}"),
                "cannot patch resource");
    }

    /** For instance one that somebody who may make tokens has asked for: no pod, so no node. */
    @Test
    void anAgentsTokenThatIsBoundToNoPodWritesNothing() {
        User thief = User.withToken(
                cluster,
                directory,
                "agent",
                cluster.kubectl("-n", Cluster.SYSTEM, "create", "token", "cntr-agent")
                        .ok()
                        .out());
        mayNotWrite(thief, placed(cluster.nodes().getLast()), "{\"attachments\":1}", "may not write");
    }

    @Test
    void anOperatorsTokenMakesAndChangesNoSessionAndReachesNothingElse() {
        User thief = User.withToken(
                cluster,
                directory,
                "operator",
                cluster.kubectl("-n", Cluster.SYSTEM, "create", "token", "cntr-operator")
                        .ok()
                        .out());
        String name = placed(cluster.nodes().getLast());
        String[] patch = {"-n", NAMESPACE, "patch", "debugsession", name, "--type=merge", "-p"};
        forbidden(thief.kubectl(with(patch, "{\"spec\":{\"ttl\":\"24h\"}}")), "change no session's spec");
        thief.kubectl(with(patch, "{\"metadata\":{\"annotations\":{\"seen\":\"yes\"}}}"))
                .ok();
        forbidden(
                thief.kubectl(
                        with(
                                patch,
                                "{\"metadata\":{\"ownerReferences\":[{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"name\":\"x\",\"uid\":\"u1\"}]}}")),
                "nor whose it is");
        for (String session : List.of(
                HandMade.manifest(NAMESPACE, "nowhere", Possession.generate(), ""),
                alone("{name: mine}", "pod: nowhere"),
                alone("{name: mine, ownerReferences: [{apiVersion: v1, kind: Pod, name: x, uid: u1}]}", "pod: nowhere"),
                alone(
                        "{name: mine, ownerReferences: [{apiVersion: cntr.dev/v1alpha1, kind: DebugSession, name: x, uid: u1}]}",
                        "selector: {}"))) {
            forbidden(HandMade.create(thief, session), "makes no sessions but those of the pods of another's selector");
        }
        mayOnly(thief, "create cntr.dev debugsessions ''");
        assertThat(thief.may("watch", "pods", "-n", NAMESPACE)).isFalse();
    }

    private static String alone(String metadata, String target) {
        return """
                apiVersion: cntr.dev/v1alpha1
                kind: DebugSession
                metadata: %s
                spec: {target: {%s}, process: {command: [id]}}
                """.formatted(metadata.replace("{name", "{namespace: " + NAMESPACE + ", name"), target);
    }

    private static String[] with(String[] arguments, String last) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.add(last);
        return all.toArray(String[]::new);
    }

    /** What a thief would want first, asked in one go. */
    private void mayOnly(User thief, String... beside) {
        assertThat(thief.may("get", "debugsessions", "-A")).isTrue();
        List<String> wanted = new ArrayList<>(List.of(
                "create '' pods ''",
                "create '' pods exec",
                "get '' pods exec",
                "patch '' pods ephemeralcontainers",
                "get '' secrets ''",
                "list '' secrets ''",
                "create '' serviceaccounts token",
                "create cntr.dev debugsessions ''",
                "create cntr.dev debugsessions attach",
                "impersonate '' users ''",
                "escalate rbac.authorization.k8s.io clusterroles ''",
                "get '' nodes proxy",
                "create apps deployments ''",
                "patch apps daemonsets ''",
                "delete admissionregistration.k8s.io validatingadmissionpolicies ''"));
        wanted.removeAll(List.of(beside));
        StringBuilder reviews = new StringBuilder();
        for (String right : wanted) {
            String[] part = right.split(" ", -1);
            for (String namespace : List.of(NAMESPACE, Cluster.SYSTEM, Cluster.RELAY, "kube-system")) {
                reviews.append("""
                        apiVersion: authorization.k8s.io/v1
                        kind: SelfSubjectAccessReview
                        spec: {resourceAttributes: {namespace: %s, verb: %s, group: %s, resource: %s, subresource: %s}}
                        ---
                        """.formatted(namespace, part[0], part[1], part[2], part[3]));
            }
        }
        Run asked = thief.kubectlWith(
                reviews.toString().getBytes(UTF_8),
                "create",
                "--validate=false",
                "-f",
                "-",
                "-o",
                "jsonpath={.status.allowed} {.spec.resourceAttributes}{\"\\n\"}");
        assertThat(asked.ok().out().lines()).hasSize(4 * wanted.size()).allMatch(line -> line.startsWith("false "));
    }

    /** As operator and agents write it, who may not read the subresource first as kubectl does. */
    private static void writeStatus(User user, String session, String status) {
        try (KubernetesClient client = new KubernetesClientBuilder()
                .withConfig(Config.fromKubeconfig(user.kubeconfig().toFile()))
                .build()) {
            client.genericKubernetesResources("cntr.dev/v1alpha1", "DebugSession")
                    .inNamespace(NAMESPACE)
                    .withName(session)
                    .subresource("status")
                    .patch(PatchContext.of(PatchType.JSON_MERGE), "{\"status\":" + status + "}");
        }
    }

    private static void mayNotWrite(User user, String session, String status, String because) {
        assertThatThrownBy(() -> writeStatus(user, session, status))
                .isInstanceOfSatisfying(
                        KubernetesClientException.class,
                        e -> assertThat(e.getCode()).isEqualTo(403))
                .hasMessageContaining(because);
    }

    private User admin() {
        return new User(cluster, "admin", Path.of(cluster.environment().get("KUBECONFIG")));
    }

    /** A session that says it is on a node and is of no agent: over before it began, so that nobody else writes it. */
    private String placed(Cluster.Node node) {
        String manifest = HandMade.manifest(NAMESPACE, "nowhere", Possession.generate(), "");
        String name = cluster.kubectlWith(
                        manifest.getBytes(UTF_8), "create", "-f", "-", "-o", "jsonpath={.metadata.name}")
                .ok()
                .out();
        new HandMade(cluster, NAMESPACE, name, Possession.generate()).awaitCondition("Stalled");
        writeStatus(
                admin(),
                name,
                "{\"nodeName\":\"" + node.name()
                        + "\",\"podUID\":\"u\",\"containerID\":\"c\",\"agentPod\":\"a\",\"relayPod\":\"r/r\"}");
        return name;
    }
}
