package dev.cntr.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

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

/**
 * A command beside each pod that a selector takes, with nobody attached. Jane may debug every pod of the namespace, John only web-1, and Bob every pod, but attach to
 * nothing.
 */
@ExtendWith(Cluster.Extension.class)
@TestInstance(Lifecycle.PER_CLASS)
class SelectorE2E {
    private static final String NAMESPACE = "selector";
    private static final String WEB = "selector: {matchLabels: {app: web}}";

    private final Cluster cluster;

    @SuppressWarnings("NullAway.Init") // set by JUnit before the first use
    private User jane;

    @SuppressWarnings("NullAway.Init")
    private User john;

    @SuppressWarnings("NullAway.Init")
    private User bob;

    @SuppressWarnings("NullAway.Init")
    private Path directory;

    SelectorE2E(Cluster cluster) {
        this.cluster = cluster;
    }

    @BeforeAll
    void pods(@TempDir Path directory) {
        this.directory = directory;
        cluster.kubectl("create", "namespace", NAMESPACE).ok();
        for (String name : List.of("web-1", "web-2", "web-3", "db-1")) {
            Cluster.Node node = name.equals("web-1")
                    ? cluster.nodes().getFirst()
                    : cluster.nodes().getLast();
            Targets.sleeper(cluster, NAMESPACE, name, node);
        }
        jane = User.create(cluster, directory, NAMESPACE, "jane");
        bind("jane", "--clusterrole=cntr-user");
        john = User.create(cluster, directory, NAMESPACE, "john");
        cluster.apply("""
                apiVersion: rbac.authorization.k8s.io/v1
                kind: Role
                metadata: {name: web-1, namespace: %1$s}
                rules:
                - {apiGroups: [cntr.dev], resources: [debugsessions], verbs: [create, get, list]}
                - {apiGroups: [cntr.dev], resources: [debugsessions/attach], verbs: [create]}
                - {apiGroups: [""], resources: [pods/cntr], resourceNames: [web-1], verbs: [create]}
                ---
                apiVersion: rbac.authorization.k8s.io/v1
                kind: Role
                metadata: {name: no-attach, namespace: %1$s}
                rules:
                - {apiGroups: [cntr.dev], resources: [debugsessions], verbs: [create, get, list]}
                - {apiGroups: [""], resources: [pods/cntr], verbs: [create]}
                """.formatted(NAMESPACE));
        bind("john", "--role=web-1");
        bob = User.create(cluster, directory, NAMESPACE, "bob");
        bind("bob", "--role=no-attach");
        cluster.kubectl("-n", NAMESPACE, "wait", "--for=condition=Ready", "pod", "--all", "--timeout=60s")
                .ok();
        await().atMost(Duration.ofSeconds(20))
                .until(() -> bob.may("create", "debugsessions.cntr.dev", "-n", NAMESPACE)
                        && john.may("create", "debugsessions.cntr.dev", "-n", NAMESPACE)
                        && jane.may("create", "debugsessions.cntr.dev", "-n", NAMESPACE));
    }

    private void bind(String name, String role) {
        cluster.kubectl(
                        "-n",
                        NAMESPACE,
                        "create",
                        "rolebinding",
                        name,
                        role,
                        "--serviceaccount=" + NAMESPACE + ":" + name)
                .ok();
    }

    @AfterAll
    void clean() {
        cluster.kubectl("delete", "debugpolicy", "e2e-selector", "--ignore-not-found");
        cluster.kubectl("delete", "namespace", NAMESPACE, "--timeout=60s").ok();
    }

    private static String manifest(String target, String script, String moreSpec) {
        return """
                apiVersion: cntr.dev/v1alpha1
                kind: DebugSession
                metadata: {generateName: each-, namespace: %s}
                spec:
                  target: {%s}
                  process: {command: [sh, -c, '%s']}
                  %s
                """.formatted(NAMESPACE, target, script, moreSpec);
    }

    private Run create(User user, String target, String script) {
        return HandMade.create(user, manifest(target, script, ""));
    }

    private HandMade made(User user, String target, String script) {
        return session(create(user, target, script).ok().out());
    }

    private HandMade session(String name) {
        return new HandMade(cluster, NAMESPACE, name, Possession.generate());
    }

    private static void refused(Run run, String because) {
        assertThat(run.exit()).as(run.toString()).isNotZero();
        assertThat(run.err()).contains(because);
    }

    private String inPod(String pod, String... command) {
        String[] exec = java.util.stream.Stream.concat(
                        java.util.stream.Stream.of("-n", NAMESPACE, "exec", pod, "--"),
                        java.util.stream.Stream.of(command))
                .toArray(String[]::new);
        return cluster.kubectl(exec).out();
    }

    @Test
    void theCommandRunsBesideEachOfThem() {
        HandMade session = made(jane, WEB, "cat /proc/sys/kernel/hostname > /var/lib/cntr/tmp/seen");
        session.awaitCondition("Completed");
        for (String pod : List.of("web-1", "web-2", "web-3")) {
            assertThat(inPod(pod, "cat", "/tmp/seen")).isEqualTo(pod + "\n");
        }
        assertThat(inPod("db-1", "ls", "/tmp")).doesNotContain("seen");
        assertThat(session.field(".status.phase")).isEqualTo("Completed");
        assertThat(session.field(".status.exitCode")).isEqualTo("0");
        assertThat(session.field(".status.pods.matched")).isEqualTo("3");
        assertThat(session.field(".status.pods.succeeded")).isEqualTo("3");
        assertThat(session.field("range .status.pods.results[*]}{.pod} {.phase} {.exitCode};{end"))
                .isEqualTo("web-1 Completed 0;web-2 Completed 0;web-3 Completed 0;");
        String owner = "jsonpath={range .items[?(@.metadata.ownerReferences[0].name==\"" + session.name() + "\")]}"
                + "{.spec.target.pod} {.status.nodeName};{end}";
        assertThat(cluster.kubectl("-n", NAMESPACE, "get", "debugsessions", "-o", owner)
                        .ok()
                        .out()
                        .split(";"))
                .containsExactlyInAnyOrder(
                        "web-1 " + cluster.nodes().getFirst().name(),
                        "web-2 " + cluster.nodes().getLast().name(),
                        "web-3 " + cluster.nodes().getLast().name());
        cluster.kubectl("-n", NAMESPACE, "delete", "debugsession", session.name(), "--timeout=30s")
                .ok();
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(cluster.kubectl("-n", NAMESPACE, "get", "debugsessions", "-o", owner)
                                .ok()
                                .out())
                        .as("its sessions go with it")
                        .isEmpty());
    }

    @Test
    void howItEndedIsToldOfEachOfThemAndNoMoreThanMaxPodsAreTaken() {
        HandMade session =
                made(jane, WEB + ", maxPods: 2", "case $(cat /proc/sys/kernel/hostname) in web-2) exit 3;; esac");
        session.awaitCondition("Completed");
        assertThat(session.field(".status.exitCode")).isEqualTo("3");
        assertThat(session.field(".status.pods.matched")).isEqualTo("3");
        assertThat(session.field("range .status.pods.results[*]}{.pod} {.exitCode};{end"))
                .isEqualTo("web-1 0;web-2 3;");
        assertThat(session.field(".status.conditions[?(@.type==\"Completed\")].message"))
                .isEqualTo("the command ended in 2 pods, in 1 of them with exit code 0");
        assertThat(cluster.kubectl("-n", NAMESPACE, "get", "dbg", session.name(), "-o", "wide")
                        .ok()
                        .out())
                .contains("MATCHED", "SUCCEEDED");
    }

    @Test
    void aSelectorThatTakesNothingSaysSo() {
        HandMade session = made(jane, "selector: {matchLabels: {app: none}}", "true");
        session.awaitCondition("Stalled");
        assertThat(session.field(".status.conditions[?(@.type==\"Stalled\")].reason"))
                .isEqualTo("PodNotFound");
    }

    @Test
    void oneThatMayDebugOnePodMayNotDebugAllByASelector() {
        refused(create(john, WEB, "true"), "pods/cntr on all pods of " + NAMESPACE);
        refused(create(john, "pod: web-2", "true"), "pods/cntr on pod " + NAMESPACE + "/web-2");
        made(john, "pod: web-1", "exit 5").awaitCondition("Completed");
    }

    @Test
    void oneThatMayNotAttachMayNotHaveACommandRunEither() {
        refused(create(bob, "pod: web-1", "true"), "debugsessions/attach");
        refused(create(bob, WEB, "true"), "debugsessions/attach");
        HandMade.create(bob, HandMade.manifest(NAMESPACE, "web-1", Possession.generate(), ""))
                .ok();
    }

    @Test
    void whatMakesNoSenseIsRefusedByTheResourceItself() {
        refused(create(jane, WEB + ", pod: web-1", "true"), "exactly one of pod and selector");
        refused(create(jane, "container: app", "true"), "exactly one of pod and selector");
        refused(create(jane, "pod: web-1, maxPods: 3", "true"), "maxPods belongs to a selector");
        refused(create(jane, WEB + ", maxPods: 101", "true"), "maxPods");
        refused(create(jane, "pod: web-1, hold: true", "true"), "hold needs waitForStart");
        String keys = "attach: {publicKeys: [\"" + Possession.generate().publicKey() + "\"]}";
        refused(HandMade.create(jane, manifest(WEB, "true", keys)), "leave attach out");
        refused(
                HandMade.create(
                        jane, manifest("pod: web-1", "true", "").replace("process: {", "process: {tty: true, ")),
                "needs a command, and no terminal");
    }

    /** In a namespace whose policy demands approval the session that asks is approved, and those of its pods with it. */
    @Test
    void anApprovalIsOfTheWhole() {
        cluster.apply("""
                apiVersion: cntr.dev/v1alpha1
                kind: DebugPolicy
                metadata: {name: e2e-selector}
                spec:
                  namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: %s}}
                  approval: {required: true}
                  maxTtl: 12h
                """.formatted(NAMESPACE));
        try {
            String asked = manifest(WEB, "true", "requester: " + jane.name());
            await().atMost(Duration.ofSeconds(20))
                    .untilAsserted(() -> refused(
                            HandMade.create(jane, manifest(WEB, "true", "ttl: 13h"), "--dry-run=server"),
                            "e2e-selector"));
            HandMade session = waitsForApproval(asked);
            cluster.cntr("approve", session.name(), "-n", NAMESPACE).ok();
            session.awaitCondition("Completed");
            assertThat(session.field(".status.pods.succeeded")).isEqualTo("3");
        } finally {
            cluster.kubectl("delete", "debugpolicy", "e2e-selector").ok();
            awaitNoPolicy();
        }
    }

    /** One that has no sessions of its pods before it is approved. The operator learns of the policy by a watch of its own: who asks before that is not told to wait. */
    private HandMade waitsForApproval(String asked) {
        return await().atMost(Duration.ofSeconds(40))
                .until(
                        () -> {
                            HandMade session =
                                    session(HandMade.create(jane, asked).ok().out());
                            await().atMost(Duration.ofSeconds(20))
                                    .until(() -> !session.field(".status.pods").isEmpty()
                                            || session.field(".status.conditions[?(@.type==\"Ready\")].reason")
                                                    .equals("WaitingForApproval"));
                            return session;
                        },
                        session -> session.field(".status.pods").isEmpty());
    }

    /** Operator and agents learn of it by watches of their own, and refuse until then. */
    private void awaitNoPolicy() {
        await().atMost(Duration.ofSeconds(60)).until(() -> {
            String name = made(jane, WEB, "true").name();
            return cluster.kubectl(
                                    "-n",
                                    NAMESPACE,
                                    "wait",
                                    "--for=condition=Completed",
                                    "debugsession/" + name,
                                    "--timeout=5s")
                            .exit()
                    == 0;
        });
    }

    /** The operator's token makes sessions of selectors' pods; what their parent does not ask for no agent enters. */
    @Test
    void aStolenTokenOfTheOperatorRunsNothingThatNobodyAskedFor() {
        HandMade parent = made(jane, WEB, "true");
        parent.awaitCondition("Completed");
        User thief = User.withToken(
                cluster,
                directory,
                "operator",
                cluster.kubectl("-n", Cluster.SYSTEM, "create", "token", "cntr-operator")
                        .ok()
                        .out());
        for (List<String> wrong : List.of(
                List.of(
                        "web-1",
                        "echo > /var/lib/cntr/tmp/stolen",
                        "it is not what session " + parent.name() + " asks for"),
                List.of("db-1", "true", "the selector of session " + parent.name() + " does not take pod db-1"))) {
            String forged = manifest("pod: " + wrong.getFirst(), wrong.get(1), "requester: " + jane.name())
                    .replace(
                            "metadata: {",
                            "metadata: {ownerReferences: [{apiVersion: cntr.dev/v1alpha1, kind: DebugSession, name: "
                                    + parent.name() + ", uid: " + parent.field(".metadata.uid") + "}], ");
            HandMade child = session(HandMade.create(thief, forged).ok().out());
            child.awaitCondition("Stalled");
            assertThat(child.field(".status.conditions[?(@.type==\"Stalled\")].reason"))
                    .isEqualTo("PolicyDenied");
            assertThat(child.field(".status.conditions[?(@.type==\"Stalled\")].message"))
                    .isEqualTo(wrong.getLast());
        }
        assertThat(inPod("web-1", "ls", "/tmp")).doesNotContain("stolen");
    }

    /** What such a session prints is in its recording, and nobody else gets it. */
    @Test
    void aSessionWithoutKeysIsRecordedAndAttachedToByNobody() throws Exception {
        String name = HandMade.create(jane, manifest("pod: web-2", "echo printed; sleep 600", "recording: Required"))
                .ok()
                .out();
        HandMade session = session(name);
        session.awaitCondition("Ready");
        assertThat(session.access().refusal(admin(), session.key())).isPresent();
        cluster.kubectl("-n", NAMESPACE, "delete", "debugsession", name, "--timeout=30s")
                .ok();
        HandMade brief = session(HandMade.create(jane, manifest("pod: web-2", "echo printed", "recording: Required"))
                .ok()
                .out());
        brief.awaitCondition("Completed");
        String agent = brief.field(".status.agentPod");
        assertThat(cluster.kubectl(
                                "-n",
                                Cluster.SYSTEM,
                                "exec",
                                agent,
                                "--",
                                "cat",
                                brief.field(".status.recording.location"))
                        .ok()
                        .out())
                .contains("printed");
    }

    private User admin() {
        String name = cluster.kubectl("auth", "whoami", "-o", "jsonpath={.status.userInfo.username}")
                .ok()
                .out();
        return new User(cluster, name, Path.of(cluster.environment().get("KUBECONFIG")));
    }
}
