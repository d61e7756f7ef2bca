package dev.cntr.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.cntr.protocol.Possession;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * A session in a namespace whose DebugPolicy demands approval waits for somebody else. Alice may ask and approve, Bob approve, Carol ask and change sessions,
 * but not approve them.
 */
@ExtendWith(Cluster.Extension.class)
@TestInstance(Lifecycle.PER_CLASS)
class ApprovalE2E {
    private static final String SHOP = "approval-shop";
    private static final int WRONG = 2;
    private static final int EXPIRED = 118;
    private static final int FORBIDDEN = 122;

    private final Cluster cluster;

    @SuppressWarnings("NullAway.Init") // set by JUnit before the first use
    private User alice;

    @SuppressWarnings("NullAway.Init")
    private User bob;

    @SuppressWarnings("NullAway.Init")
    private User carol;

    ApprovalE2E(Cluster cluster) {
        this.cluster = cluster;
    }

    @BeforeAll
    void users(@TempDir Path directory) {
        cluster.kubectl("create", "namespace", SHOP).ok();
        Targets.sleeper(cluster, SHOP, "web", cluster.nodes().getLast());
        cluster.apply("""
                apiVersion: cntr.dev/v1alpha1
                kind: DebugPolicy
                metadata: {name: e2e-approval}
                spec:
                  namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: %1$s}}
                  approval: {required: true}
                  maxTtl: 12h
                ---
                apiVersion: rbac.authorization.k8s.io/v1
                kind: Role
                metadata: {name: changer, namespace: %1$s}
                rules:
                - {apiGroups: [cntr.dev], resources: [debugsessions], verbs: [patch, update]}
                """.formatted(SHOP));
        alice = user(directory, "alice", "--clusterrole=cntr-user", "--clusterrole=cntr-approver");
        bob = user(directory, "bob", "--clusterrole=cntr-approver");
        carol = user(directory, "carol", "--clusterrole=cntr-user", "--role=changer");
        for (String name : List.of("alice", "carol")) {
            cluster.kubectl(
                            "-n",
                            Cluster.RELAY,
                            "create",
                            "rolebinding",
                            "approval-" + name,
                            "--role=cntr-attach",
                            "--serviceaccount=" + SHOP + ":" + name)
                    .ok();
        }
        cluster.kubectl("-n", SHOP, "wait", "--for=condition=Ready", "pod/web", "--timeout=60s")
                .ok();
        await().atMost(Duration.ofSeconds(20))
                .until(() -> bob.may("approve", "debugsessions.cntr.dev", "-n", SHOP)
                        && carol.may("patch", "debugsessions.cntr.dev", "-n", SHOP));
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(HandMade.create(
                                        alice,
                                        HandMade.manifest(SHOP, "web", Possession.generate(), "ttl: 13h"),
                                        "--dry-run=server")
                                .err())
                        .contains("e2e-approval"));
    }

    private User user(Path directory, String name, String... roles) {
        User user = User.create(cluster, directory, SHOP, name);
        for (String role : roles) {
            String binding = name + role.substring(role.lastIndexOf('=') + 1);
            String account = "--serviceaccount=" + SHOP + ":" + name;
            cluster.kubectl("-n", SHOP, "create", "rolebinding", binding, role, account)
                    .ok();
        }
        return user;
    }

    @AfterAll
    void clean() {
        cluster.kubectl("delete", "debugpolicy", "e2e-approval");
        cluster.kubectl("-n", Cluster.RELAY, "delete", "rolebinding", "approval-alice", "approval-carol");
        cluster.kubectl("delete", "namespace", SHOP, "--timeout=60s").ok();
    }

    private HandMade waiting() {
        String spec = "requester: " + alice.name();
        String name = HandMade.tryCreate(alice, SHOP, "web", spec).ok().out();
        HandMade session = new HandMade(cluster, SHOP, name, Possession.generate());
        cluster.kubectl(
                        "-n",
                        SHOP,
                        "wait",
                        "--for=jsonpath={.status.conditions[?(@.type==\"Ready\")].reason}=WaitingForApproval",
                        "debugsession/" + name,
                        "--timeout=30s")
                .ok();
        return session;
    }

    private static Run approve(User user, String session, String... options) {
        String[] command = {
            "approve", session, "-n", SHOP, "--kubeconfig", user.kubeconfig().toString()
        };
        return user.cluster()
                .cntr(java.util.stream.Stream.of(command, options)
                        .flatMap(java.util.Arrays::stream)
                        .toArray(String[]::new));
    }

    private static Run patch(User user, HandMade session, String spec) {
        return user.kubectl(
                "-n", SHOP, "patch", "debugsession", session.name(), "--type=merge", "-p", "{\"spec\":{" + spec + "}}");
    }

    private static String approval(User user) {
        return "\"approvals\":[{\"username\":\"" + user.name() + "\",\"decision\":\"Approved\"}]";
    }

    private static void refused(Run run, String because) {
        assertThat(run.exit()).as(run.toString()).isNotZero();
        assertThat(run.err()).contains(because);
    }

    private CompletableFuture<Run> attach(String... options) {
        List<String> all = new java.util.ArrayList<>(List.of("-n", SHOP, "web"));
        all.addAll(List.of(options));
        return CompletableFuture.supplyAsync(() -> alice.attach(all.toArray(String[]::new)));
    }

    /** The one session that waits, by the phase that users see; sessions of other tests are decided about before they end. */
    private String waitingSession() {
        String path =
                "{range .items[*]}{.status.conditions[?(@.type==\"Ready\")].reason} {.metadata.name}{\"\\n\"}{end}";
        return await().atMost(Duration.ofSeconds(30))
                .until(
                        () -> cluster.kubectl("-n", SHOP, "get", "debugsessions", "-o", "jsonpath=" + path)
                                .out()
                                .lines()
                                .filter(line -> line.startsWith("WaitingForApproval "))
                                .map(line -> line.substring(line.indexOf(' ') + 1))
                                .findFirst()
                                .orElse(""),
                        name -> !name.isEmpty());
    }

    @Test
    void aSessionRunsWhenSomebodyElseHasApproved() throws Exception {
        CompletableFuture<Run> running = attach("--", "sh", "-c", "exit 7");
        String name = waitingSession();
        assertThat(running).isNotDone();
        HandMade session = new HandMade(cluster, SHOP, name, Possession.generate());
        assertThat(session.field(".status.nodeName")).as("not placed").isEmpty();
        assertThat(session.field(".spec.requester")).isEqualTo(alice.name());

        Run approved = approve(bob, name, "--comment", "ticket 4711").ok();
        assertThat(approved.out()).isEqualTo("debugsession.cntr.dev/" + name + " approved\n");
        Run ended = running.get(30, TimeUnit.SECONDS);
        assertThat(ended.exit()).as(ended.toString()).isEqualTo(7);
        assertThat(ended.err()).contains("waiting for approval: DebugPolicy e2e-approval demands approval");
        String condition = ".status.conditions[?(@.type==\"Approved\")]";
        assertThat(session.field(condition + ".status")).isEqualTo("True");
        assertThat(session.field(condition + ".message")).isEqualTo("approved by " + bob.name());
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(cluster.kubectl(
                                        "-n",
                                        SHOP,
                                        "get",
                                        "events",
                                        "--field-selector=involvedObject.name=" + name,
                                        "-o",
                                        "jsonpath={..reason}")
                                .out())
                        .contains("WaitingForApproval", "Approved", "Attached"));
    }

    @Test
    void aDenialEndsTheSessionAndTellsWhy() throws Exception {
        CompletableFuture<Run> running = attach("--", "true");
        String name = waitingSession();
        approve(bob, name, "--deny", "not during the sale").ok();
        Run ended = running.get(30, TimeUnit.SECONDS);
        assertThat(ended.exit()).as(ended.toString()).isEqualTo(FORBIDDEN);
        assertThat(ended.err()).contains("denied by " + bob.name() + ": not during the sale");
        HandMade session = waiting();
        approve(bob, session.name(), "--deny", "not during the sale").ok();
        session.awaitCondition("Stalled");
        assertThat(session.field(".status.conditions[?(@.type==\"Stalled\")].reason"))
                .isEqualTo("ApprovalDenied");
        refused(patch(bob, session, "\"approvals\":[]"), "approvals are added, never changed or taken away");
    }

    @Test
    void theWaitEndsWithTheTimeToLive() throws Exception {
        Run ended = attach("--ttl", "3s", "--", "true").get(30, TimeUnit.SECONDS);
        assertThat(ended.exit()).as(ended.toString()).isEqualTo(EXPIRED);
    }

    @Test
    void nobodyApprovesTheirOwnSession() {
        HandMade session = waiting();
        Run own = approve(alice, session.name());
        assertThat(own.exit()).as(own.toString()).isEqualTo(WRONG);
        assertThat(own.err()).contains("somebody else must approve: this session is your own");
        Run forged = patch(alice, session, approval(bob));
        refused(forged, "an approval bears the name of who gives it, which is " + alice.name());
        assertThat(session.field(".status.nodeName")).isEmpty();
        approve(bob, session.name(), "--deny", "done").ok();
    }

    @Test
    void approvingNeedsTheRight() {
        HandMade session = waiting();
        Run withoutRight = approve(carol, session.name());
        assertThat(withoutRight.exit()).as(withoutRight.toString()).isEqualTo(FORBIDDEN);
        assertThat(withoutRight.err())
                .contains(carol.name() + " lacks the right to approve debugsessions.cntr.dev on " + SHOP);
        refused(patch(carol, session, approval(bob)), "an approval bears the name of who gives it");
        approve(bob, session.name(), "--deny", "done").ok();
    }

    /** A service account is no member of a group that everybody is in: what it is called is all that counts. */
    @Test
    void nobodyAsksInAnothersName() {
        refused(
                HandMade.tryCreate(alice, SHOP, "web", "requester: " + bob.name()),
                "spec.requester says " + bob.name() + ", and you are " + alice.name());
        refused(
                HandMade.tryCreate(
                        alice,
                        SHOP,
                        "web",
                        "requester: " + alice.name() + "\n  approvals: [{username: " + bob.name()
                                + ", decision: Approved}]"),
                "a session begins without approvals");
        HandMade session = waiting();
        refused(patch(carol, session, "\"requester\":\"" + carol.name() + "\""), "requester is immutable");
        refused(patch(carol, session, "\"requester\":null"), "requester is immutable");
        approve(bob, session.name(), "--deny", "done").ok();
    }

    /** By the API server where it has policies that fill in; where it has none, the policy that demands approval demands a name too. */
    @Test
    void whoseSessionItIsIsFilledIn() {
        String name = HandMade.tryCreate(alice, SHOP, "web", "").ok().out();
        assertThat(cluster.kubectl("-n", SHOP, "get", "debugsession", name, "-o", "jsonpath={.spec.requester}")
                        .ok()
                        .out())
                .isEqualTo(alice.name());
        cluster.kubectl("-n", SHOP, "delete", "debugsession", name).ok();
        fillIn("{\"namespaceSelector\":{\"matchLabels\":{\"kubernetes.io/metadata.name\":\"elsewhere\"}}}");
        try {
            await().atMost(Duration.ofSeconds(20))
                    .untilAsserted(() -> refused(
                            HandMade.tryCreate(alice, SHOP, "web", ""),
                            "spec.requester does not say whose session it is"));
        } finally {
            fillIn("null");
            cluster.kubectl("-n", SHOP, "delete", "debugsession", "--all").ok();
        }
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> HandMade.tryCreate(alice, SHOP, "web", "").ok());
        cluster.kubectl("-n", SHOP, "delete", "debugsession", "--all").ok();
    }

    private void fillIn(String where) {
        cluster.kubectl(
                        "patch",
                        "mutatingadmissionpolicybinding",
                        "cntr-requester",
                        "--type=merge",
                        "-p",
                        "{\"spec\":{\"matchResources\":" + where + "}}")
                .ok();
    }

    @Test
    void whoApprovesChangesNothingElseAndWhatWasApprovedStaysSo() {
        HandMade session = waiting();
        refused(patch(bob, session, "\"ttl\":\"2h\""), "needs the right to update debugsessions.cntr.dev");
        approve(bob, session.name()).ok();
        session.awaitCondition("Ready");
        refused(patch(carol, session, "\"ttl\":\"2h\""), "what was decided about may not live longer");
        patch(carol, session, "\"ttl\":\"30m\"").ok();
        refused(patch(bob, session, approval(bob).replace("Approved", "Denied")), "approvals are added");
    }
}
