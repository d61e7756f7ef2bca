package dev.cntr.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The agent's pod is replaced while sessions live: they go on, and leave nothing when they end. */
@ExtendWith(Cluster.Extension.class)
@TestInstance(Lifecycle.PER_CLASS)
class UpgradeE2E {
    /** For each line that it reads it starts a program anew, lists directories of the tools, and says the line. */
    private static final String ECHO =
            "while read line; do ls / /etc >/dev/null || exit 3; /usr/bin/env printf '%s\\n' \"$line\"; done; exit 7";

    private static final String SLEEP = "exec sleep 600";
    private static final String OTHER = "localhost/cntr-agent:other";
    private static final int LOST = 117;

    @TempDir
    static Path keys;

    private final Cluster cluster;
    private final Cluster.Node worker;
    private NodeState.Before before = NodeState.Before.of(List.of());

    UpgradeE2E(Cluster cluster) {
        this.cluster = cluster;
        worker = cluster.nodes().getLast();
    }

    @BeforeAll
    void targets() {
        Targets.apply(cluster);
        cluster.awaitAgents();
    }

    @BeforeEach
    void noSessions() {
        cluster.kubectl("delete", "debugsessions", "--all", "--timeout=60s").ok();
        before = NodeState.Before.of(worker);
    }

    @AfterEach
    void nothingIsLeft() {
        cluster.kubectl("delete", "debugsessions", "--all", "--timeout=60s").ok();
        before.nothingIsLeft(Duration.ofSeconds(30));
    }

    private Map<String, String> environment() {
        Map<String, String> environment = new TreeMap<>(cluster.environment());
        environment.put("XDG_STATE_HOME", keys.toString());
        return environment;
    }

    private Run cntr(String... arguments) {
        return Run.of(environment(), new byte[0], Duration.ofSeconds(60), cluster.cntrCommand(arguments));
    }

    private String session(String path) {
        return cluster.kubectl("get", "debugsessions", "-o", "jsonpath={.items[*]." + path + "}")
                .ok()
                .out();
    }

    private String retired() {
        return worker.sh("ls /run/cntr/retired 2>/dev/null | grep -c control || :")
                .ok()
                .out()
                .strip();
    }

    private String agentLog() {
        return cluster.kubectl("-n", Cluster.SYSTEM, "logs", cluster.agentOn(worker))
                .ok()
                .out();
    }

    @Test
    void anAttachedSessionGoesOnOverTwoRestartsOfItsAgent() throws Exception {
        Process client = Run.start(
                cluster.environment(),
                cluster.cntrCommand("attach", "--recording=Required", Targets.ON_WORKER, "-i", "--", "sh", "-c", ECHO));
        CompletableFuture<String> back = all(client.getInputStream());
        CompletableFuture<String> errors = all(client.getErrorStream());
        StringBuilder sent = new StringBuilder();
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(session("status.phase")).isEqualTo("Attached"));
        try (Writer in = client.outputWriter()) {
            Thread restarts = Thread.ofVirtual().unstarted(() -> {
                cluster.restartAgents();
                assertThat(retired()).isEqualTo("1");
                cluster.restartAgents();
            });
            CompletableFuture<Throwable> failed = new CompletableFuture<>();
            restarts.setUncaughtExceptionHandler((_, failure) -> failed.complete(failure));
            int after = 0;
            for (int i = 0; after < 50; i++) {
                sent.append(i).append('\n');
                in.write(i + "\n");
                in.flush();
                Thread.sleep(50);
                if (i == 40) {
                    restarts.start();
                }
                if (i > 40 && !restarts.isAlive()) {
                    after++;
                }
            }
            assertThat(failed).isNotDone();
            assertThat(retired()).isEqualTo("1");
            assertThat(session("status.phase")).isEqualTo("Attached");
        }
        assertThat(client.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(back.get(5, TimeUnit.SECONDS)).isEqualTo(sent.toString());
        assertThat(client.exitValue()).as(errors.get(5, TimeUnit.SECONDS)).isEqualTo(7);
        assertThat(errors.get()).doesNotContain("connection lost");
        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
            assertThat(session("status.exitCode")).isEqualTo("7");
            assertThat(session("status.conditions[?(@.type==\"Completed\")].reason"))
                    .isEqualTo("Exited");
            assertThat(session("status.conditions[?(@.type==\"Recorded\")].status"))
                    .isEqualTo("True");
        });
        String file = session("status.recording.location").replace("/recordings/", "/var/lib/cntr/recordings/");
        assertThat(worker.sh("cat " + file).ok().out())
                .as("the last that was shown")
                .contains(sent.substring(sent.length() - 3, sent.length() - 1));
        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
            assertThat(retired()).isEqualTo("0");
            assertThat(agentLog()).contains("\"audit\":\"left\"").contains("\"exitCode\":7");
            assertThat(cluster.metrics(cluster.agentOn(worker)))
                    .containsPattern("cntr_agent_sessions_ended_total\\{reason=\"Exited\"} [1-9]")
                    .containsPattern("cntr_agent_stream_bytes_total\\{stream=\"stdin\"} [1-9]")
                    .contains("cntr_agent_retired_sessions 0");
        });
    }

    @Test
    void aDetachedSessionIsComeBackToAfterItsAgentsRestart() {
        Run begun = cntr(
                        "attach",
                        Targets.ON_WORKER,
                        "--detach",
                        "--",
                        "sh",
                        "-c",
                        "echo one; sleep 45; /bin/echo two; exit 9")
                .ok();
        cluster.restartAgents();
        assertThat(retired()).isEqualTo("1");
        Run back = cntr("reattach", begun.out().strip());
        assertThat(back.out()).isEqualTo("one\ntwo\n");
        assertThat(back.exit()).isEqualTo(9);
        await().untilAsserted(() -> assertThat(session("status.exitCode")).isEqualTo("9"));
    }

    @Test
    void aSessionOfAnAgentBeforeEndsWhenItIsDeleted() throws Exception {
        Process client = attached(SLEEP);
        cluster.restartAgents();
        cluster.kubectl("delete", "debugsessions", "--all", "--timeout=30s").ok();
        assertThat(client.waitFor(15, TimeUnit.SECONDS)).isTrue();
        assertThat(client.errorReader().lines()).anyMatch(line -> line.contains("deleted"));
    }

    /** The node's agent misses it, says so in the session's status as of a session of an agent that is killed in its pod, and removes what it has left. */
    @Test
    void aRetiredAgentThatIsKilledTakesItsSessionsWithIt() throws Exception {
        Process client = attached(SLEEP, "--memory", "64Mi", "--cpu", "500m");
        cluster.restartAgents();
        assertThat(NodeState.of(worker).lines())
                .anyMatch(line -> line.startsWith("lease "))
                .anyMatch(line -> line.startsWith("snapshot "))
                .anyMatch(line -> line.startsWith("cgroup ") && line.contains("cntr-session-"));
        signalRetired("KILL");
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(session("status.conditions[?(@.type==\"Stalled\")].reason"))
                        .isEqualTo("AgentLost"));
        before.nothingIsLeft(Duration.ofSeconds(10));
        assertThat(client.waitFor(90, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aRetiredAgentThatIsToldToEndTellsItsClients() throws Exception {
        Process client = attached(SLEEP);
        cluster.restartAgents();
        signalRetired("TERM");
        assertThat(client.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(client.exitValue()).isEqualTo(LOST);
        assertThat(client.errorReader().lines()).anyMatch(line -> line.contains("the node's agent is being stopped"));
        assertThat(session("status.conditions[?(@.type==\"Completed\")].reason"))
                .isEqualTo("AgentLost");
    }

    /** It makes do without one until there is one again, which removes nothing that is not its own. */
    @Test
    void aRetiredAgentGoesOnWhenTheOneAfterItIsKilled() throws Exception {
        Process client = attached(ECHO, "-i", "--memory", "64Mi", "--cpu", "500m");
        cluster.restartAgents();
        worker.sh("for p in $(grep -lz '[d]ev.cntr.agent.Main' /proc/[0-9]*/cmdline | cut -d/ -f3); do "
                        + "[ -e \"$(echo /run/cntr/retired/$p-*.control)\" ] || kill -9 $p; done")
                .ok();
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(agentLog()).contains("keeps 1 sessions", "agent of node"));
        assertThat(NodeState.of(worker).lines())
                .anyMatch(line -> line.startsWith("lease "))
                .anyMatch(line -> line.startsWith("cgroup ") && line.contains("cntr-session-"));
        try (Writer in = client.outputWriter()) {
            in.write("still there\n");
        }
        assertThat(client.inputReader().readLine()).isEqualTo("still there");
        assertThat(client.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(client.exitValue()).isEqualTo(7);
    }

    private void signalRetired(String signal) {
        worker.sh("kill -" + signal + " $(ls /run/cntr/retired | grep control | cut -d- -f1)")
                .ok();
    }

    /** The agent and the tools that a session began with stay its own. */
    @Test
    void aSessionGoesOnWhenTheChartIsUpgradedToAnotherImage() throws Exception {
        cluster.nodes().forEach(node -> ImageAlike.make(node, "localhost/cntr-agent:dev", OTHER));
        Process client = attached(ECHO, "-i");
        try {
            cluster.install("--set", "images.agent.tag=" + OTHER.substring(OTHER.indexOf(':') + 1));
            cluster.awaitAgents();
            assertThat(cluster.agents("{range .items[*]}{.spec.containers[0].image} {end}")
                            .strip()
                            .split(" "))
                    .containsOnly(OTHER);
            assertThat(retired()).isEqualTo("1");
            cluster.cntr("attach", Targets.ON_WORKER, "--", "true").ok();
        } finally {
            cluster.install();
            cluster.awaitAgents();
        }
        assertThat(client.isAlive()).isTrue();
        try (Writer in = client.outputWriter()) {
            in.write("still there\n");
        }
        assertThat(client.inputReader().readLine()).isEqualTo("still there");
        assertThat(client.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(client.exitValue()).isEqualTo(7);
    }

    private Process attached(String script, String... options) throws IOException {
        List<String> command = new ArrayList<>(List.of("attach", Targets.ON_WORKER));
        command.addAll(List.of(options));
        command.addAll(List.of("--", "sh", "-c", "echo begun; " + script));
        Process client = Run.start(cluster.environment(), cluster.cntrCommand(command.toArray(String[]::new)));
        assertThat(client.inputReader().readLine()).isEqualTo("begun");
        return client;
    }

    private static CompletableFuture<String> all(java.io.InputStream from) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return new String(from.readAllBytes(), StandardCharsets.UTF_8);
                    } catch (IOException e) {
                        return e.toString();
                    }
                },
                Thread::startVirtualThread);
    }
}
