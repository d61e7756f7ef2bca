package dev.cntr.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.cntr.protocol.ErrorCode;
import dev.cntr.protocol.Possession;
import java.nio.file.Path;
import java.time.Duration;
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

/** What users may and may not do, tried as such users against the real API server, its policies and the real agents. */
@ExtendWith(Cluster.Extension.class)
@TestInstance(Lifecycle.PER_CLASS)
class SecurityE2E {
    private static final int FORBIDDEN = 122;
    private static final String A = "security-a";
    private static final String B = "security-b";

    private final Cluster cluster;

    @SuppressWarnings("NullAway.Init") // set by JUnit before the first use
    private User alice;

    @SuppressWarnings("NullAway.Init")
    private User carol;

    @SuppressWarnings("NullAway.Init")
    private User bob;

    SecurityE2E(Cluster cluster) {
        this.cluster = cluster;
    }

    /** Alice and Carol may debug the pods of one namespace, Bob those of another. */
    @BeforeAll
    void users(@TempDir Path directory) {
        for (String namespace : List.of(A, B)) {
            cluster.kubectl("create", "namespace", namespace).ok();
            Targets.sleeper(cluster, namespace, "web", cluster.nodes().getFirst());
        }
        Targets.sleeper(cluster, A, "far", cluster.nodes().getLast());
        alice = user(directory, A, "alice");
        carol = user(directory, A, "carol");
        bob = user(directory, B, "bob");
        for (String pod : List.of("web", "far")) {
            cluster.kubectl("-n", A, "wait", "--for=condition=Ready", "pod/" + pod, "--timeout=60s")
                    .ok();
        }
        await().atMost(Duration.ofSeconds(20)).until(() -> bob.may("get", "pods", "-n", Cluster.RELAY));
    }

    @AfterAll
    void clean() {
        cluster.kubectl("-n", Cluster.RELAY, "delete", "rolebinding", "-l", "cntr-test=security");
        cluster.kubectl("delete", "namespace", A, B, "--timeout=60s").ok();
    }

    private User user(Path directory, String namespace, String name) {
        String binding = "security-" + name;
        User user = User.attaching(cluster, directory, name, binding, namespace);
        cluster.kubectl("-n", Cluster.RELAY, "label", "rolebinding", binding, "cntr-test=security")
                .ok();
        return user;
    }

    private static void forbidden(Run run, String... words) {
        assertThat(run.exit()).as(run.toString()).isNotZero();
        assertThat(run.err()).containsIgnoringCase("forbidden").contains(words);
    }

    @Test
    void aUserDebugsThePodsOfItsNamespaceAndIsOnRecord() {
        Run run = alice.attach("-n", A, "pod/far", "--", "sh", "-c", "echo hello; exit 7");
        assertThat(run.exit()).as(run.toString()).isEqualTo(7);
        assertThat(run.out()).isEqualTo("hello\n");
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(agentsLog())
                        .anySatisfy(line -> assertThat(line)
                                .contains("\"audit\":\"left\",\"user\":\"system:serviceaccount:" + A + ":alice\"")
                                .contains(
                                        "\"pod\":\"far\"",
                                        "\"container\":\"app\"",
                                        "\"exitCode\":7",
                                        "\"stdoutBytes\":6")));
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(events())
                        .contains(
                                "DebugSession Scheduled",
                                "DebugSession Created",
                                "DebugSession Attached " + alice.name() + " is attached",
                                "DebugSession Completed Exited: the command ended with exit code 7",
                                "Pod Attached " + alice.name() + " is attached",
                                "Pod Completed Exited: the command ended with exit code 7"));
    }

    /** What about, why, and what it says where that is not about the node; without the session's name. */
    private List<String> events() {
        String each = "{.involvedObject.kind} {.reason} {.message}{\"\\n\"}";
        return cluster.kubectl("-n", A, "get", "events", "-o", "jsonpath={range .items[*]}" + each + "{end}")
                .ok()
                .out()
                .lines()
                .map(line -> line.replaceFirst("debug session [^:]+: ", ""))
                .map(line -> line.replaceFirst("(Scheduled|Created) .*", "$1"))
                .toList();
    }

    private List<String> agentsLog() {
        return cluster.kubectl("-n", Cluster.SYSTEM, "logs", "-l", "app.kubernetes.io/component=agent", "--tail=200")
                .ok()
                .out()
                .lines()
                .toList();
    }

    @Test
    void aUserHasNoSessionsInAnotherNamespace() {
        Run run = alice.attach("-n", B, "pod/web", "--", "true");
        assertThat(run.exit()).as(run.toString()).isEqualTo(FORBIDDEN);
        forbidden(HandMade.tryCreate(alice, B, "web", ""), "cannot create resource");
        forbidden(alice.kubectl("-n", B, "get", "debugsessions"), "cannot list resource");
    }

    @ParameterizedTest
    @ValueSource(strings = {"security-b/web", "../security-b/web", "..%2fweb", "w\u0435b", "web\\n", "", "-web", "Web"})
    void noNameOfAPodReachesAnotherNamespace(String name) {
        Run run = HandMade.tryCreate(alice, A, name, "");
        assertThat(run.exit()).as(run.toString()).isNotZero();
        assertThat(run.err()).contains("spec.target.pod");
    }

    @Test
    void longAndForeignNamesAreNotFoundInTheNamespaceOfTheSession() {
        assertThat(HandMade.tryCreate(alice, A, "a".repeat(254), "").err()).contains("spec.target.pod");
        for (String name : List.of("web.security-b", "a".repeat(253))) {
            String session = HandMade.tryCreate(alice, A, name, "").ok().out();
            HandMade made = new HandMade(cluster, A, session, Possession.generate());
            made.awaitCondition("Stalled");
            assertThat(made.field(".status.conditions[?(@.type==\"Stalled\")].reason"))
                    .isEqualTo("PodNotFound");
        }
    }

    @Test
    void aFieldThatWouldNameANamespaceIsUnknown() {
        String manifest = HandMade.manifest(A, "web", Possession.generate(), "")
                .replace("pod: \"web\"", "pod: \"nowhere\", namespace: " + B);
        assertThat(HandMade.create(alice, manifest).err()).contains("unknown field \"spec.target.namespace\"");
        String session =
                HandMade.create(alice, manifest, "--validate=false").ok().out();
        HandMade made = new HandMade(cluster, A, session, Possession.generate());
        made.awaitCondition("Stalled");
        assertThat(made.field(".spec.target")).doesNotContain(B);
    }

    @Test
    void whatIsNotOfferedCannotBeAskedFor() {
        assertThat(HandMade.tryCreate(alice, A, "web", "tools: {source: Elsewhere}")
                        .err())
                .contains("spec.tools.source", "Unsupported value");
        String root = HandMade.manifest(A, "web", Possession.generate(), "")
                .replace("command: [cat]", "command: [cat], profile: Root");
        assertThat(HandMade.create(alice, root).err()).contains("spec.process.profile", "Unsupported value");
        assertThat(HandMade.tryCreate(alice, A, "web", "ttl: 25h").err()).contains("24h");
    }

    @Test
    void aSessionNeedsTheRightOnItsPod(@TempDir Path directory) {
        User eve = User.create(cluster, directory, A, "eve");
        cluster.apply("""
                apiVersion: rbac.authorization.k8s.io/v1
                kind: Role
                metadata: {name: eve, namespace: %1$s}
                rules:
                - {apiGroups: [cntr.dev], resources: [debugsessions], verbs: [create]}
                - {apiGroups: [""], resources: [pods/cntr], resourceNames: [far], verbs: [create]}
                ---
                apiVersion: rbac.authorization.k8s.io/v1
                kind: RoleBinding
                metadata: {name: eve, namespace: %1$s}
                roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: eve}
                subjects: [{kind: ServiceAccount, name: eve, namespace: %1$s}]
                """.formatted(A));
        await().atMost(Duration.ofSeconds(10)).until(() -> eve.may("create", "debugsessions", "-n", A));
        forbidden(HandMade.tryCreate(eve, A, "web", ""), "pods/cntr on pod security-a/web");
        HandMade.tryCreate(eve, A, "far", "").ok();
    }

    @Test
    void whatASessionIsForAndWhoseItIsStays() {
        HandMade session = HandMade.ready(alice, A, "web", "");
        for (String patch : List.of(
                "{\"spec\":{\"target\":{\"pod\":\"far\"}}}",
                "{\"spec\":{\"attach\":{\"publicKeys\":[\""
                        + Possession.generate().publicKey() + "\"]}}}")) {
            String[] command = {"-n", A, "patch", "debugsession", session.name(), "--type=merge", "-p", patch};
            forbidden(alice.kubectl(command), "cannot patch resource");
            assertThat(cluster.kubectl(command).err()).contains("is immutable");
        }
    }

    @Test
    void aSessionIsAttachedToWithItsKeyOnly() throws Exception {
        HandMade session = HandMade.ready(alice, A, "web", "");
        HandMade.Access access = session.access();
        assertThat(access.refusal(carol, Possession.generate()))
                .as("may attach to sessions of the namespace, has not this one's key")
                .contains(ErrorCode.NOT_AUTHORIZED);
        try (HandMade.Attached _ = access.attach(alice, session.key())) {
            assertThat(access.refusal(alice, session.key()))
                    .as("one client at a time")
                    .contains(ErrorCode.ALREADY_ATTACHED);
        }
    }

    @Test
    void aKeyIsNoUseToWhoMayNotAttach() {
        HandMade session = HandMade.ready(alice, A, "web", "");
        forbidden(bob.kubectl(session.access().exec(bob.name())), "debugsessions/attach on session " + A);
    }

    @ParameterizedTest
    @ValueSource(strings = {"admin", "-", "system:serviceaccount:security-a:carol"})
    void nobodyAttachesUnderAnotherName(String claimed) {
        HandMade session = HandMade.ready(alice, A, "web", "");
        forbidden(alice.kubectl(session.access().exec(claimed)), "you attach as " + alice.name());
        forbidden(cluster.kubectl(session.access().exec(claimed.equals("admin") ? "jane" : claimed)), "you attach as");
    }

    @Test
    void aSessionThatIsOverLetsNobodyIn() throws Exception {
        HandMade expired = HandMade.ready(alice, A, "web", "ttl: 5s");
        HandMade deleted = HandMade.ready(alice, A, "web", "");
        HandMade.Access ofExpired = expired.access();
        HandMade.Access ofDeleted = deleted.access();
        alice.kubectl("-n", A, "delete", "debugsession", deleted.name(), "--timeout=30s")
                .ok();
        assertThat(ofDeleted.refusal(alice, deleted.key())).contains(ErrorCode.SESSION_NOT_FOUND);
        expired.awaitCondition("Completed");
        await().atMost(Duration.ofSeconds(5))
                .untilAsserted(() ->
                        assertThat(ofExpired.refusal(alice, expired.key())).contains(ErrorCode.SESSION_NOT_FOUND));
    }

    @Test
    void aPodMadeAnewUnderTheSameNameIsAnotherPod() throws Exception {
        Targets.sleeper(cluster, A, "again", cluster.nodes().getLast());
        cluster.kubectl("-n", A, "wait", "--for=condition=Ready", "pod/again", "--timeout=60s")
                .ok();
        HandMade session = HandMade.ready(alice, A, "again", "");
        HandMade.Access access = session.access();
        cluster.kubectl("-n", A, "delete", "pod", "again", "--timeout=60s").ok();
        Targets.sleeper(cluster, A, "again", cluster.nodes().getLast());
        cluster.kubectl("-n", A, "wait", "--for=condition=Ready", "pod/again", "--timeout=60s")
                .ok();
        session.awaitCondition("Completed");
        await().atMost(Duration.ofSeconds(5))
                .untilAsserted(
                        () -> assertThat(access.refusal(alice, session.key())).contains(ErrorCode.SESSION_NOT_FOUND));
        assertThat(session.field(".status.conditions[?(@.type==\"Completed\")].reason"))
                .isEqualTo("TargetGone");
    }
}
