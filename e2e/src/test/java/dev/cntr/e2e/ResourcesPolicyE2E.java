package dev.cntr.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.cntr.protocol.Possession;
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

/** A policy that demands limits of a session's own, of CPU and memory, and bounds all of them. */
@ExtendWith(Cluster.Extension.class)
@TestInstance(Lifecycle.PER_CLASS)
class ResourcesPolicyE2E {
    private static final int WRONG = 2;
    private static final String NAMESPACE = "policy-limited";
    private static final String ALLOWED = "DebugPolicy e2e-limited allows spec.resources.limits.";

    private final Cluster cluster;

    @SuppressWarnings("NullAway.Init") // set by JUnit before the first use
    private User alice;

    ResourcesPolicyE2E(Cluster cluster) {
        this.cluster = cluster;
    }

    @BeforeAll
    void policy(@TempDir Path directory) {
        cluster.kubectl("create", "namespace", NAMESPACE).ok();
        Targets.sleeper(cluster, NAMESPACE, "web", cluster.nodes().getLast());
        cluster.apply(manifest("e2e-limited", "namespaceSelector", "{required: true, max: {cpu: 500m, memory: 64Mi}}"));
        cluster.apply(manifest("e2e-limited-pids", "namespaceSelector", "{max: {pids: 40}}"));
        alice = User.attaching(cluster, directory, "alice", "limited-alice", NAMESPACE);
        cluster.kubectl("-n", NAMESPACE, "wait", "--for=condition=Ready", "pod/web", "--timeout=60s")
                .ok();
        // the API server learns of policies by a watch of its own
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(
                                create("{cpu: 500m, memory: 64Mi, pids: 41}").err())
                        .contains("e2e-limited-pids"));
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(create("{pids: 10}").err()).contains(ALLOWED));
    }

    @AfterAll
    void clean() {
        cluster.kubectl("delete", "debugpolicy", "e2e-limited", "e2e-limited-pids", "--ignore-not-found")
                .ok();
        cluster.kubectl("-n", Cluster.RELAY, "delete", "rolebinding", "limited-alice");
        cluster.kubectl("delete", "namespace", NAMESPACE, "--timeout=60s").ok();
    }

    private static String manifest(String name, String selector, String resources) {
        return """
                apiVersion: cntr.dev/v1alpha1
                kind: DebugPolicy
                metadata: {name: %s}
                spec: {%s: {matchLabels: {kubernetes.io/metadata.name: %s}}, resources: %s}
                """.formatted(name, selector, NAMESPACE, resources);
    }

    /** Asks the API server alone. */
    private Run create(String limits) {
        return HandMade.create(
                alice,
                HandMade.manifest(NAMESPACE, "web", Possession.generate(), "resources: {limits: " + limits + "}"),
                "--dry-run=server");
    }

    private Run attach(String... options) {
        List<String> all = new ArrayList<>(List.of("-n", NAMESPACE, "web"));
        all.addAll(List.of(options));
        all.addAll(List.of("--", "true"));
        return alice.attach(all.toArray(String[]::new));
    }

    private static void refused(Run run, String because) {
        assertThat(run.exit()).as(run.toString()).isEqualTo(WRONG);
        assertThat(run.err()).contains("cntr-ceiling", because);
    }

    @Test
    void aSessionWithinTheBoundsRuns() {
        attach("--cpu", "0.5", "--memory", "64Mi", "--pids", "40").ok();
        attach("--cpu", "100m", "--memory", "67108864").ok();
    }

    @Test
    void theClientSaysWhatIsAllowed() {
        refused(
                attach(),
                ALLOWED
                        + "cpu of 500m at most in namespace policy-limited, and this session has none: kubectl cntr attach --cpu=500m");
        refused(
                attach("--cpu", "500m"),
                "limits.memory of 64Mi at most in namespace policy-limited, and this session has none");
        refused(
                attach("--cpu", "1", "--memory", "64Mi"),
                ALLOWED + "cpu of 500m at most in namespace policy-limited, and this session has 1:");
        refused(
                attach("--cpu", "500m", "--memory", "65Mi"),
                ALLOWED + "memory of 64Mi at most in namespace policy-limited, and this session has 65Mi:");
        refused(
                attach("--cpu", "500m", "--memory", "64Mi", "--pids", "41"),
                "DebugPolicy e2e-limited-pids allows spec.resources.limits.pids of 40 at most");
    }

    /** What admission lets through, as on an API server without such policies. */
    @Test
    void theOperatorRefusesItToo() {
        admission("Audit");
        try {
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> create("{memory: 1Gi}").exit() == 0);
            String name = HandMade.tryCreate(alice, NAMESPACE, "web", "resources: {limits: {cpu: 500m, memory: 1Gi}}")
                    .ok()
                    .out();
            HandMade session = new HandMade(cluster, NAMESPACE, name, Possession.generate());
            session.awaitCondition("Stalled");
            assertThat(session.field(".status.conditions[?(@.type==\"Stalled\")].reason"))
                    .isEqualTo("PolicyDenied");
            assertThat(session.field(".status.conditions[?(@.type==\"Stalled\")].message"))
                    .isEqualTo(
                            ALLOWED
                                    + "memory of 64Mi at most in namespace policy-limited, and this session has 1Gi: kubectl cntr attach --memory=64Mi");
            assertThat(session.field(".status.nodeName")).as("not placed").isEmpty();
        } finally {
            admission("Deny");
        }
    }

    @Test
    void aPolicyIsCheckedItself() {
        String[] create = {"create", "-f", "-", "--dry-run=server"};
        for (String wrong : List.of("{max: {memory: much}}", "{max: {}}", "{max: {cpu: 5000}}", "{max: {pids: 1}}")) {
            Run run = cluster.kubectlWith(
                    manifest("e2e-wrong", "namespaceSelector", wrong).getBytes(UTF_8), create);
            assertThat(run.exit()).as(run.toString()).isNotZero();
            assertThat(run.err()).contains("spec.resources.max");
        }
        assertThat(cluster.kubectlWith(
                                manifest("e2e-wrong", "nodeSelector", "{required: true}")
                                        .getBytes(UTF_8),
                                create)
                        .err())
                .contains("sessions on nodes have no limits of their own");
    }

    private void admission(String action) {
        cluster.kubectl(
                        "patch",
                        "validatingadmissionpolicybinding",
                        "cntr-ceiling",
                        "--type=merge",
                        "-p",
                        "{\"spec\":{\"validationActions\":[\"" + action + "\"]}}")
                .ok();
    }
}
