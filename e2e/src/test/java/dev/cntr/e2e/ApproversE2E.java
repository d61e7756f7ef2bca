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
 * A policy that demands the approval of two people of one group, which is the service accounts of another namespace. Alice asks; Bob, Dora and Fay may approve, and Dora and
 * Fay are in that group.
 */
@ExtendWith(Cluster.Extension.class)
@TestInstance(Lifecycle.PER_CLASS)
class ApproversE2E {
    private static final String SHOP = "approvers-shop";
    private static final String SRE = "approvers-sre";
    private static final String GROUP = "system:serviceaccounts:" + SRE;
    private static final int WRONG = 2;

    private final Cluster cluster;

    @SuppressWarnings("NullAway.Init") // set by JUnit before the first use
    private User alice;

    @SuppressWarnings("NullAway.Init")
    private User bob;

    @SuppressWarnings("NullAway.Init")
    private User dora;

    @SuppressWarnings("NullAway.Init")
    private User fay;

    ApproversE2E(Cluster cluster) {
        this.cluster = cluster;
    }

    @BeforeAll
    void users(@TempDir Path directory) {
        cluster.kubectl("create", "namespace", SHOP).ok();
        cluster.kubectl("create", "namespace", SRE).ok();
        Targets.sleeper(cluster, SHOP, "web", cluster.nodes().getLast());
        cluster.apply("""
                apiVersion: cntr.dev/v1alpha1
                kind: DebugPolicy
                metadata: {name: e2e-approvers}
                spec:
                  namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: %s}}
                  approval: {required: true, approvers: 2, groups: ["%s"]}
                  maxTtl: 12h
                """.formatted(SHOP, GROUP));
        alice = User.attaching(cluster, directory, "alice", "approvers-alice", SHOP);
        bob = approver(directory, SHOP, "bob");
        dora = approver(directory, SRE, "dora");
        fay = approver(directory, SRE, "fay");
        cluster.kubectl("-n", SHOP, "wait", "--for=condition=Ready", "pod/web", "--timeout=60s")
                .ok();
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(HandMade.create(
                                        alice,
                                        HandMade.manifest(SHOP, "web", Possession.generate(), "ttl: 13h"),
                                        "--dry-run=server")
                                .err())
                        .contains("e2e-approvers"));
    }

    private User approver(Path directory, String namespace, String name) {
        User user = User.create(cluster, directory, namespace, name);
        cluster.kubectl(
                        "-n",
                        SHOP,
                        "create",
                        "rolebinding",
                        name,
                        "--clusterrole=cntr-approver",
                        "--serviceaccount=" + namespace + ":" + name)
                .ok();
        await().atMost(Duration.ofSeconds(20)).until(() -> user.may("approve", "debugsessions.cntr.dev", "-n", SHOP));
        return user;
    }

    @AfterAll
    void clean() {
        cluster.kubectl("delete", "debugpolicy", "e2e-approvers");
        cluster.kubectl("-n", Cluster.RELAY, "delete", "rolebinding", "approvers-alice");
        cluster.kubectl("delete", "namespace", SHOP, SRE, "--timeout=60s").ok();
    }

    private Run approve(User user, HandMade session) {
        return cluster.cntr(
                "approve",
                session.name(),
                "-n",
                SHOP,
                "--kubeconfig",
                user.kubeconfig().toString());
    }

    private Run patch(User user, HandMade session, String approvals) {
        return user.kubectl(
                "-n",
                SHOP,
                "patch",
                "debugsession",
                session.name(),
                "--type=merge",
                "-p",
                "{\"spec\":{\"approvals\":[" + approvals + "]}}");
    }

    private static String entry(User user, String more) {
        return "{\"username\":\"" + user.name() + "\",\"decision\":\"Approved\"" + more + "}";
    }

    private static void refused(Run run, String because) {
        assertThat(run.exit()).as(run.toString()).isNotZero();
        assertThat(run.err()).contains(because);
    }

    private HandMade waiting() {
        return await().atMost(Duration.ofSeconds(30))
                .until(
                        () -> cluster.kubectl(
                                        "-n",
                                        SHOP,
                                        "get",
                                        "debugsessions",
                                        "-o",
                                        "jsonpath={.items[?(@.status.approval.missing>0)].metadata.name}")
                                .out(),
                        name -> !name.isEmpty())
                .transform(name -> new HandMade(cluster, SHOP, name, Possession.generate()));
    }

    @Test
    void twoPeopleOfTheGroupHaveToApprove() throws Exception {
        CompletableFuture<Run> running =
                CompletableFuture.supplyAsync(() -> alice.attach("-n", SHOP, "web", "--", "sh", "-c", "exit 7"));
        HandMade session = waiting();

        Run outsider = approve(bob, session);
        assertThat(outsider.exit()).as(outsider.toString()).isEqualTo(WRONG);
        assertThat(outsider.err())
                .contains("needs the approval of somebody in group " + GROUP, bob.name() + " is in none of them");
        refused(patch(bob, session, entry(bob, ",\"groups\":[\"" + GROUP + "\"]")), "is not in all that it names");
        refused(patch(dora, session, entry(dora, "")), "does not name the group in which you are");

        assertThat(approve(dora, session).ok().out())
                .isEqualTo("debugsession.cntr.dev/" + session.name()
                        + " approved; 1 of 2 approvals is still missing, of somebody in group " + GROUP + "\n");
        assertThat(session.field(".status.approval.approvers[*]")).isEqualTo(dora.name());
        assertThat(session.field(".status.conditions[?(@.type==\"Approved\")].message"))
                .contains("2 others than " + alice.name() + " in group " + GROUP + ", 1 of them is missing");
        assertThat(session.field(".status.nodeName")).as("not placed").isEmpty();

        Run again = approve(dora, session);
        assertThat(again.exit()).as(again.toString()).isEqualTo(WRONG);
        assertThat(again.err()).contains(dora.name() + " has decided about session");
        String hers = entry(dora, ",\"groups\":[\"" + GROUP + "\"]");
        refused(patch(dora, session, hers + "," + hers), "Duplicate value");
        assertThat(running).isNotDone();

        assertThat(approve(fay, session).ok().out())
                .isEqualTo("debugsession.cntr.dev/" + session.name() + " approved\n");
        Run ended = running.get(30, TimeUnit.SECONDS);
        assertThat(ended.exit()).as(ended.toString()).isEqualTo(7);
        String both = dora.name() + ", " + fay.name();
        assertThat(session.field(".status.conditions[?(@.type==\"Approved\")].message"))
                .isEqualTo("approved by " + both);
        assertThat(session.field(".status.approval.missing")).isEqualTo("0");
        assertThat(cluster.kubectl("-n", Cluster.SYSTEM, "logs", "-l", "app.kubernetes.io/component=agent", "--tail=-1")
                        .ok()
                        .out())
                .contains("\"approvedBy\":[\"" + dora.name() + "\",\"" + fay.name() + "\"]");
    }

    @Test
    void aPolicyIsCheckedItself() {
        for (String wrong : List.of(
                "{required: true, approvers: 0}",
                "{required: true, approvers: 6}",
                "{required: true, groups: []}",
                "{required: false, approvers: 2}")) {
            Run run = cluster.kubectlWith(
                    """
                    apiVersion: cntr.dev/v1alpha1
                    kind: DebugPolicy
                    metadata: {name: e2e-wrong}
                    spec: {namespaceSelector: {}, approval: %s}
                    """.formatted(wrong).getBytes(java.nio.charset.StandardCharsets.UTF_8),
                    "create",
                    "-f",
                    "-",
                    "--dry-run=server");
            assertThat(run.exit()).as(run.toString()).isNotZero();
            assertThat(run.err()).contains("spec.approval");
        }
    }
}
