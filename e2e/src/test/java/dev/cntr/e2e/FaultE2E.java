package dev.cntr.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.time.Duration;
import java.util.List;
import java.util.StringJoiner;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What is around a session dies while somebody is attached: the session goes on or the client is told, nothing stays on the nodes, nothing keeps an object from
 * going, and the next session works. The ends of client and agent are {@link FailureE2E}'s and {@link AgentE2E}'s.
 */
@ExtendWith(Cluster.Extension.class)
@TestInstance(Lifecycle.PER_CLASS)
class FaultE2E {
    private static final int LOST = 117;
    private static final int EXPIRED = 118;
    private static final String GONE = "fault-gone";

    private final Cluster cluster;
    private NodeState.Before before = NodeState.Before.of(List.of());

    FaultE2E(Cluster cluster) {
        this.cluster = cluster;
    }

    @BeforeAll
    void targets() {
        Targets.apply(cluster);
    }

    @BeforeEach
    void noSessions() {
        cluster.kubectl("delete", "debugsessions", "--all", "--timeout=60s").ok();
        before = NodeState.Before.of(cluster.nodes());
    }

    @AfterEach
    void nothingIsLeftOnTheNodes() {
        before.nothingIsLeft(Duration.ofSeconds(30));
    }

    private Process attached(String... options) throws IOException {
        String[] command = java.util.stream.Stream.of(
                        List.of("attach"), List.of(options), List.of("--", "sh", "-c", "echo begun; exec sleep 600"))
                .flatMap(List::stream)
                .toArray(String[]::new);
        Process client = Run.start(cluster.environment(), cluster.cntrCommand(command));
        assertThat(client.inputReader().readLine()).isEqualTo("begun");
        return client;
    }

    private static int ended(Process client, Duration within) throws InterruptedException {
        assertThat(client.waitFor(within.toMillis(), TimeUnit.MILLISECONDS))
                .as("the client ends within " + within)
                .isTrue();
        assertThat(client.errorReader().lines().filter(line -> line.startsWith("error")))
                .hasSize(1);
        return client.exitValue();
    }

    private String session(String path) {
        return cluster.kubectl("get", "debugsessions", "-o", "jsonpath={.items[*]." + path + "}")
                .ok()
                .out();
    }

    /** Each is started again by the node. The streams through the dead one are lost, and the session goes on over others. */
    @ParameterizedTest
    @CsvSource({"kubelet,true", "kube-apiserver,false", "relay,true"})
    void aComponentIsKilled(String component, boolean onWorker) throws Exception {
        Typist client = new Typist("attach", Targets.ON_WORKER, "-i", "--", "cat");
        client.typeFor(Duration.ofSeconds(2));
        kill(component.equals("relay") ? "-f '^/relay attach'" : "-x " + component, onWorker);
        client.typeFor(Duration.ofSeconds(15));
        client.hasEverythingBack();
        assertThat(client.errors()).contains("connection lost (", "connected again");
        theNextSessionWorks();
    }

    /** It leaves its shims the pipes of what was executed by it: nothing closes the agent's, so both sides go by that nothing is heard of the other. */
    @Test
    void theContainerRuntimeIsKilled() throws Exception {
        Typist client = new Typist("attach", Targets.ON_WORKER, "-i", "--", "cat");
        client.typeFor(Duration.ofSeconds(2));
        kill("-x containerd", true);
        client.typeFor(Duration.ofSeconds(65));
        client.hasEverythingBack();
        theNextSessionWorks();
    }

    @Test
    void aClientThatDoesNotComeBackIsWaitedForAsLongAsWasAsked() throws Exception {
        Process client = attached(Targets.ON_WORKER, "--reconnect", "4s");
        String uid = session("metadata.uid");
        client.destroyForcibly().waitFor();
        await().atMost(Duration.ofSeconds(4))
                .untilAsserted(() -> assertThat(session("status.conditions[?(@.type==\"Attached\")].message"))
                        .contains("is cut off (", "), and waited for 4 s"));
        endsByItself(uid, Duration.ofSeconds(15));
    }

    /** It says so before it goes: nobody waits for it. */
    @ParameterizedTest
    @CsvSource({"TERM", "INT", "HUP"})
    void aClientThatIsInterruptedIsNotWaitedFor(String signal) throws Exception {
        Process client = attached(Targets.ON_WORKER);
        String uid = session("metadata.uid");
        new ProcessBuilder("kill", "-" + signal, String.valueOf(client.pid()))
                .start()
                .waitFor();
        assertThat(client.waitFor(5, TimeUnit.SECONDS)).isTrue();
        endsByItself(uid, Duration.ofSeconds(5));
    }

    /** What was sent meanwhile arrives when it is back, since TCP sends it again; nobody takes the other for lost so soon. */
    @Test
    void theNetworkBetweenTheNodesIsAwayForHalfAMinute() throws Exception {
        String server = cluster.kubectl(
                        "get",
                        "node",
                        cluster.nodes().getFirst().name(),
                        "-o",
                        "jsonpath={.status.addresses[?(@.type==\"InternalIP\")].address}")
                .ok()
                .out();
        Cluster.Node worker = cluster.nodes().getLast();
        Typist client = new Typist("attach", Targets.ON_WORKER, "-i", "--", "cat");
        client.typeFor(Duration.ofSeconds(3));
        between(worker, server, "-I");
        try {
            client.typeFor(Duration.ofSeconds(30));
        } finally {
            between(worker, server, "-D");
        }
        client.typeFor(Duration.ofSeconds(3));
        client.hasEverythingBack();
        theNextSessionWorks();
    }

    /** Types lines, and reads what comes back of them. */
    private final class Typist {
        private final Process client;
        private final Writer in;
        private final CompletableFuture<String> back;
        private final CompletableFuture<String> errors;
        private final StringJoiner sent = new StringJoiner("\n");

        /** Begins when the first line is back. */
        Typist(String... command) throws IOException, InterruptedException {
            client = Run.start(cluster.environment(), cluster.cntrCommand(command));
            in = client.outputWriter();
            CountDownLatch begun = new CountDownLatch(1);
            back = lines(client.inputReader(), begun::countDown);
            errors = lines(client.errorReader(), () -> {});
            type("begun");
            assertThat(begun.await(60, TimeUnit.SECONDS)).as("attached").isTrue();
        }

        private static CompletableFuture<String> lines(BufferedReader from, Runnable each) {
            return CompletableFuture.supplyAsync(
                    () -> from.lines().peek(_ -> each.run()).collect(Collectors.joining("\n")),
                    Thread::startVirtualThread);
        }

        private void type(String line) throws IOException {
            sent.add(line);
            in.write(line + "\n");
            in.flush();
        }

        void typeFor(Duration time) throws IOException, InterruptedException {
            long end = System.nanoTime() + time.toNanos();
            for (int i = 0; System.nanoTime() < end; i++) {
                type(time.toSeconds() + " " + i);
                Thread.sleep(100);
            }
        }

        void hasEverythingBack() throws Exception {
            in.close();
            assertThat(client.waitFor(90, TimeUnit.SECONDS)).isTrue();
            assertThat(client.exitValue()).as(errors()).isZero();
            assertThat(back.get(5, TimeUnit.SECONDS)).isEqualTo(sent.toString());
        }

        String errors() throws Exception {
            return errors.get(5, TimeUnit.SECONDS);
        }
    }

    /** Drops what goes between a node, its pods included, and an address, or does so no more. */
    private static void between(Cluster.Node node, String address, String insertOrDelete) {
        node.sh(
                        "for chain in INPUT FORWARD; do iptables %2$s $chain -s %1$s -j DROP; done; for chain in OUTPUT FORWARD; do iptables %2$s $chain -d %1$s -j DROP; done"
                                .formatted(address, insertOrDelete))
                .ok();
    }

    private void endsByItself(String uid, Duration within) {
        await().atMost(within).untilAsserted(() -> {
            assertThat(session("metadata.uid")).isEqualTo(uid);
            assertThat(session("status.conditions[?(@.type==\"Completed\")].reason"))
                    .isEqualTo("ClientLost");
        });
    }

    private void kill(String which, boolean onWorker) {
        Cluster.Node node =
                onWorker ? cluster.nodes().getLast() : cluster.nodes().getFirst();
        node.sh("pkill -KILL " + which).ok();
    }

    private void theNextSessionWorks() {
        await().atMost(Duration.ofSeconds(90))
                .untilAsserted(() ->
                        cluster.cntr("attach", Targets.ON_WORKER, "--", "true").ok());
    }

    /** As far as a container that is a node can be; the kernel, and with it its cgroups, goes on. */
    @Test
    void aNodeIsStartedAnew() throws IOException, InterruptedException {
        Process client = attached(Targets.ON_WORKER);
        cluster.nodes().getLast().restart();
        assertThat(ended(client, Duration.ofMinutes(3))).isEqualTo(LOST);
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(session("status.conditions[?(@.type==\"Stalled\")].reason"))
                        .isEqualTo("AgentLost"));
        theNextSessionWorks();
    }

    /** The agent ends it, the operator lets the object go when it is back. */
    @Test
    void theOperatorIsAwayWhenTheTimeIsOver() throws IOException, InterruptedException {
        Process client = attached("--ttl", "15s", Targets.ON_SERVER);
        await().untilAsserted(() -> assertThat(session("metadata.finalizers")).isNotEmpty());
        cluster.kubectl("-n", Cluster.SYSTEM, "scale", "deploy/cntr-operator", "--replicas=0")
                .ok();
        try {
            String operators = "app.kubernetes.io/component=operator";
            cluster.kubectl("-n", Cluster.SYSTEM, "wait", "--for=delete", "pod", "-l", operators, "--timeout=60s");
            assertThat(client.isAlive()).as("the time is not over yet").isTrue();
            assertThat(ended(client, Duration.ofSeconds(40))).isEqualTo(EXPIRED);
            assertThat(session("status.conditions[?(@.type==\"Completed\")].reason"))
                    .isEqualTo("Expired");
            nothingIsLeftOnTheNodes();
        } finally {
            cluster.kubectl("-n", Cluster.SYSTEM, "scale", "deploy/cntr-operator", "--replicas=1")
                    .ok();
            cluster.kubectl("-n", Cluster.SYSTEM, "rollout", "status", "deploy/cntr-operator", "--timeout=90s")
                    .ok();
        }
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(session("metadata.finalizers")).isEmpty());
    }

    @Test
    void aNamespaceIsDeletedWithASessionInIt() throws IOException, InterruptedException {
        cluster.kubectl("create", "namespace", GONE).ok();
        Targets.sleeper(cluster, GONE, "web", cluster.nodes().getLast());
        cluster.kubectl("-n", GONE, "wait", "--for=condition=Ready", "pod/web", "--timeout=60s")
                .ok();
        Process client = attached("-n", GONE, "web");
        cluster.kubectl("delete", "namespace", GONE, "--timeout=60s").ok();
        assertThat(ended(client, Duration.ofSeconds(10))).isEqualTo(LOST);
    }
}
