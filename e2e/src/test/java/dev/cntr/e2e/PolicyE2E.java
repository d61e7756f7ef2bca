package dev.cntr.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.cntr.protocol.Possession;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * A DebugPolicy is a ceiling, three times: in the API server, in the operator where that let something through, and in the agent where both did. Policy
 * {@code e2e-ten} allows ten minutes and {@code e2e-five} five, in namespaces with the label {@code e2e-ceiling: low}.
 */
@ExtendWith(Cluster.Extension.class)
@TestInstance(Lifecycle.PER_CLASS)
class PolicyE2E {
    private static final int WRONG = 2;
    private static final String LOW = "policy-low";
    private static final String FREE = "policy-free";
    private static final String TRACED = "policy-traced";
    private static final String TAPED = "policy-taped";
    private static final String OVER = "DebugPolicy e2e-five allows sessions of 5m at most in namespace policy-low";

    private final Cluster cluster;

    @SuppressWarnings("NullAway.Init") // set by JUnit before the first use
    private User alice;

    PolicyE2E(Cluster cluster) {
        this.cluster = cluster;
    }

    @BeforeAll
    void policies(@TempDir Path directory) {
        for (String namespace : List.of(LOW, FREE, TAPED)) {
            cluster.kubectl("create", "namespace", namespace).ok();
            Targets.sleeper(cluster, namespace, "web", cluster.nodes().getLast());
        }
        cluster.kubectl("create", "namespace", TRACED).ok();
        cluster.kubectl("label", "namespace", TRACED, "pod-security.kubernetes.io/enforce=restricted")
                .ok();
        cluster.apply("""
                apiVersion: v1
                kind: Pod
                metadata: {name: web, namespace: %s}
                spec:
                  nodeName: %s
                  automountServiceAccountToken: false
                  terminationGracePeriodSeconds: 0
                  securityContext: {runAsNonRoot: true, runAsUser: 65532, runAsGroup: 65532, seccompProfile: {type: RuntimeDefault}}
                  containers:
                  - name: app
                    image: localhost/cntr-hello:dev
                    imagePullPolicy: Never
                    securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
                ---
                apiVersion: cntr.dev/v1alpha1
                kind: DebugPolicy
                metadata: {name: e2e-traced}
                spec: {namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: %1$s}}, profiles: [General]}
                """.formatted(TRACED, cluster.nodes().getLast().name()));
        cluster.apply("""
                apiVersion: cntr.dev/v1alpha1
                kind: DebugPolicy
                metadata: {name: e2e-taped}
                spec: {namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: %s}}, recording: Required}
                """.formatted(TAPED));
        cluster.kubectl("label", "namespace", LOW, "e2e-ceiling=low").ok();
        policy("e2e-ten", "{matchLabels: {e2e-ceiling: low}}", "10m");
        policy("e2e-five", "{matchExpressions: [{key: e2e-ceiling, operator: In, values: [low, lower]}]}", "5m");
        policy("e2e-elsewhere", "{matchLabels: {e2e-ceiling: low, kubernetes.io/metadata.name: elsewhere}}", "1s");
        alice = User.attaching(cluster, directory, "alice", "policy-alice", LOW, FREE, TRACED, TAPED);
        for (String namespace : List.of(LOW, FREE, TRACED, TAPED)) {
            cluster.kubectl("-n", namespace, "wait", "--for=condition=Ready", "pod/web", "--timeout=60s")
                    .ok();
        }
        // the API server learns of policies by a watch of its own
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(dryRun("ttl: 6m").err()).contains("e2e-five"));
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(dryRun("ttl: 11m").err()).contains("e2e-ten"));
    }

    @AfterAll
    void clean() {
        cluster.kubectl(
                        "delete",
                        "debugpolicy",
                        "e2e-ten",
                        "e2e-five",
                        "e2e-elsewhere",
                        "e2e-traced",
                        "e2e-taped",
                        "--ignore-not-found")
                .ok();
        cluster.kubectl("-n", Cluster.RELAY, "delete", "rolebinding", "policy-alice");
        cluster.kubectl("delete", "namespace", LOW, FREE, TRACED, TAPED, "--timeout=60s")
                .ok();
    }

    private void policy(String name, String namespaceSelector, String maxTtl) {
        cluster.apply("""
                apiVersion: cntr.dev/v1alpha1
                kind: DebugPolicy
                metadata: {name: %s}
                spec: {namespaceSelector: %s, maxTtl: %s}
                """.formatted(name, namespaceSelector, maxTtl));
    }

    private Run dryRun(String spec) {
        return HandMade.create(alice, HandMade.manifest(LOW, "web", Possession.generate(), spec), "--dry-run=server");
    }

    @Test
    void theStrictestPolicyOfTheNamespaceCounts() {
        Run refused = HandMade.tryCreate(alice, LOW, "web", "ttl: 301s");
        assertThat(refused.exit()).as(refused.toString()).isNotZero();
        assertThat(refused.err()).contains(OVER + ", and this one has spec.ttl 301s");
        HandMade.tryCreate(alice, LOW, "web", "ttl: 300s").ok();
        HandMade.tryCreate(alice, FREE, "web", "ttl: 24h").ok();
    }

    @Test
    void theClientSaysWhatIsAllowed() {
        Run refused = alice.attach("-n", LOW, "web", "--ttl", "6m", "--", "true");
        assertThat(refused.exit()).as(refused.toString()).isEqualTo(WRONG);
        assertThat(refused.err()).contains(OVER + ", and this one has spec.ttl 6m");
        alice.attach("-n", LOW, "web", "--ttl", "5m", "--", "true").ok();
        alice.attach("-n", FREE, "web", "--", "true").ok();
    }

    @Test
    void aLaterChangeStaysBelowTheCeiling() {
        HandMade session = HandMade.ready(alice, LOW, "web", "ttl: 4m");
        String[] patch = {"-n", LOW, "patch", "debugsession", session.name(), "--type=merge", "-p"};
        assertThat(cluster.kubectl(with(patch, "{\"spec\":{\"ttl\":\"6m\"}}")).err())
                .as("cluster admins, too")
                .contains(OVER);
        cluster.kubectl(with(patch, "{\"spec\":{\"ttl\":\"5m\"}}")).ok();
        cluster.kubectl(with(patch, "{\"metadata\":{\"labels\":{\"seen\":\"yes\"}}}"))
                .ok();
    }

    /** Beside a container that may do nothing, in a namespace of Pod Security level restricted. */
    @Test
    void aProfileThatAPolicyNamesRaisesWhatItSays() {
        String[] rights = {"--", "grep", "-E", "^(CapEff|Uid|Seccomp):", "/proc/self/status"};
        Run target = alice.attach(with(List.of("-n", TRACED, "web"), rights)).ok();
        assertThat(target.out()).contains("CapEff:\t0000000000000000", "Uid:\t65532\t", "Seccomp:\t2");
        Run general = alice.attach(with(List.of("-n", TRACED, "web", "--profile", "general"), rights))
                .ok();
        assertThat(general.out())
                .as("CAP_SYS_PTRACE, and nothing else")
                .contains("CapEff:\t0000000000080000", "Uid:\t65532\t", "Seccomp:\t2");
    }

    @Test
    void aProfileThatNoPolicyNamesIsRefused() {
        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
            Run netadmin = alice.attach("-n", TRACED, "web", "--profile", "netadmin", "--", "true");
            assertThat(netadmin.exit()).as(netadmin.toString()).isEqualTo(WRONG);
            assertThat(netadmin.err())
                    .contains("cntr-ceiling", "DebugPolicy e2e-traced does not allow profile NetAdmin");
        });
        Run sysadmin = alice.attach("-n", FREE, "web", "--profile", "sysadmin", "--", "true");
        assertThat(sysadmin.exit()).as(sysadmin.toString()).isEqualTo(WRONG);
        assertThat(sysadmin.err()).contains("no DebugPolicy allows profile SysAdmin in namespace " + FREE);
    }

    @Test
    void aSessionThatMustBeRecordedIs() {
        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
            Run unrecorded = alice.attach("-n", TAPED, "web", "--recording=BestEffort", "--", "true");
            assertThat(unrecorded.exit()).as(unrecorded.toString()).isEqualTo(WRONG);
            assertThat(unrecorded.err())
                    .contains("cntr-ceiling", "DebugPolicy e2e-taped demands spec.recording Required")
                    .contains("this session has BestEffort: kubectl cntr attach --recording=Required");
        });
        assertThat(alice.attach("-n", TAPED, "web", "--", "true").err()).contains("this session has Never");
        alice.attach("-n", TAPED, "web", "--recording=Required", "--", "true").ok();
        assertThat(cluster.kubectl(
                                "-n",
                                TAPED,
                                "get",
                                "debugsessions",
                                "-o",
                                "jsonpath={.items[*].status.recording.location}")
                        .out())
                .endsWith(".cast");
    }

    @Test
    void aPolicyIsCheckedItself() {
        for (String wrong : List.of(
                "maxTtl: 25h",
                "maxTtl: soon",
                "namespaceSelector: {matchExpressions: [{key: a, operator: In}]}",
                "namespaceSelector: null")) {
            Run run = cluster.kubectlWith(
                    """
                    apiVersion: cntr.dev/v1alpha1
                    kind: DebugPolicy
                    metadata: {name: e2e-wrong}
                    spec: {%s%s}
                    """.formatted(wrong.startsWith("maxTtl") ? "namespaceSelector: {}, " : "", wrong)
                            .getBytes(java.nio.charset.StandardCharsets.UTF_8),
                    "create",
                    "-f",
                    "-");
            assertThat(run.exit()).as(run.toString()).isNotZero();
            assertThat(run.err()).contains("spec", wrong.substring(0, wrong.indexOf(':')));
        }
    }

    @Test
    void aRunningSessionThatAPolicyNoLongerAllowsEnds() throws Exception {
        CompletableFuture<Run> running =
                CompletableFuture.supplyAsync(() -> alice.attach("-n", FREE, "web", "--", "sleep", "600"));
        try {
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> cluster.kubectl("-n", FREE, "get", "debugsessions", "-o", "jsonpath={..phase}")
                            .out()
                            .contains("Attached"));
            policy("e2e-elsewhere", "{matchLabels: {kubernetes.io/metadata.name: " + FREE + "}}", "30m");
            Run ended = running.get(30, TimeUnit.SECONDS);
            assertThat(ended.exit()).as(ended.toString()).isEqualTo(WRONG);
            assertThat(ended.err()).contains("DebugPolicy e2e-elsewhere allows sessions of 30m at most");
        } finally {
            cluster.kubectl("delete", "debugpolicy", "e2e-elsewhere").ok();
        }
    }

    /** As on an API server without such policies: what it admits the operator refuses, when the session is made and when it changes. */
    @Test
    void whatAdmissionLetsThroughTheOperatorRefuses() {
        admission("Audit");
        try {
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> dryRun("ttl: 24h").exit() == 0);
            String name = HandMade.tryCreate(alice, LOW, "web", "ttl: 6m").ok().out();
            HandMade session = new HandMade(cluster, LOW, name, Possession.generate());
            session.awaitCondition("Stalled");
            denied(session, "6m");
            assertThat(session.field(".status.nodeName")).as("not placed").isEmpty();
            HandMade unrecorded = new HandMade(
                    cluster,
                    TAPED,
                    HandMade.tryCreate(alice, TAPED, "web", "recording: Never")
                            .ok()
                            .out(),
                    Possession.generate());
            unrecorded.awaitCondition("Stalled");
            assertThat(unrecorded.field(".status.conditions[?(@.type==\"Stalled\")].message"))
                    .contains("DebugPolicy e2e-taped demands spec.recording Required");
            await().atMost(Duration.ofSeconds(10))
                    .untilAsserted(
                            () -> assertThat(cluster.kubectl("-n", LOW, "get", "events", "-o", "jsonpath={..message}")
                                            .out())
                                    .contains("PolicyDenied: " + OVER));

            HandMade changed = HandMade.ready(alice, LOW, "web", "ttl: 4m");
            cluster.kubectl(
                            "-n",
                            LOW,
                            "patch",
                            "debugsession",
                            changed.name(),
                            "--type=merge",
                            "-p",
                            "{\"spec\":{\"ttl\":\"20m\"}}")
                    .ok();
            changed.awaitCondition("Stalled");
            denied(changed, "20m");
        } finally {
            admission("Deny");
        }
    }

    /** With an operator that is not there, and a status as its token could write it. */
    @Test
    void whatTheOperatorLetsThroughTheAgentRefuses() {
        admission("Audit");
        cluster.kubectl("-n", Cluster.SYSTEM, "scale", "deployment/cntr-operator", "--replicas=0")
                .ok();
        try {
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> cluster.kubectl(
                                            "-n",
                                            Cluster.SYSTEM,
                                            "get",
                                            "pods",
                                            "-l",
                                            "app.kubernetes.io/component=operator",
                                            "-o",
                                            "name")
                                    .out()
                                    .isEmpty()
                            && dryRun("ttl: 24h").exit() == 0);
            HandMade allowed = placedByHand("ttl: 5m");
            allowed.awaitCondition("Ready");
            HandMade refused = placedByHand("ttl: 6m");
            refused.awaitCondition("Stalled");
            denied(refused, "6m");
            assertThat(refused.field(".status.startedAt"))
                    .as("nothing was entered")
                    .isEmpty();
        } finally {
            admission("Deny");
            cluster.kubectl("-n", Cluster.SYSTEM, "scale", "deployment/cntr-operator", "--replicas=1")
                    .ok();
            cluster.kubectl("-n", Cluster.SYSTEM, "rollout", "status", "deployment/cntr-operator", "--timeout=60s")
                    .ok();
        }
    }

    private HandMade placedByHand(String spec) {
        String name = HandMade.tryCreate(alice, LOW, "web", spec).ok().out();
        String pod = cluster.kubectl(
                        "-n",
                        LOW,
                        "get",
                        "pod",
                        "web",
                        "-o",
                        "jsonpath=\"podUID\":\"{.metadata.uid}\",\"nodeName\":\"{.spec.nodeName}\","
                                + "\"containerID\":\"{.status.containerStatuses[0].containerID}\"")
                .ok()
                .out();
        cluster.kubectl(
                        "-n",
                        LOW,
                        "patch",
                        "debugsession",
                        name,
                        "--subresource=status",
                        "--type=merge",
                        "-p",
                        "{\"status\":{" + pod + ",\"containerName\":\"app\"}}")
                .ok();
        return new HandMade(cluster, LOW, name, Possession.generate());
    }

    private static void denied(HandMade session, String ttl) {
        String stalled = ".status.conditions[?(@.type==\"Stalled\")]";
        assertThat(session.field(stalled + ".reason")).isEqualTo("PolicyDenied");
        assertThat(session.field(stalled + ".message")).isEqualTo(OVER + ", and this one has spec.ttl " + ttl);
        assertThat(session.field(".status.conditions[?(@.type==\"Ready\")].status"))
                .isEqualTo("False");
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

    private static String[] with(String[] arguments, String last) {
        return with(List.of(arguments), last);
    }

    private static String[] with(List<String> arguments, String... last) {
        return Stream.concat(arguments.stream(), Arrays.stream(last)).toArray(String[]::new);
    }
}
