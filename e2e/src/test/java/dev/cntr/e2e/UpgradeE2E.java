package dev.cntr.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
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

    @TempDir
    static Path keys;

    private final Cluster cluster;
    private final Cluster.Node worker;
    private NodeState before = new NodeState(java.util.Set.of());

    UpgradeE2E(Cluster cluster) {
        this.cluster = cluster;
        worker = cluster.nodes().getLast();
    }

    @BeforeAll
    void targets() {
        Targets.apply(cluster);
        cluster.install("--set", "agent.lingerSeconds=120");
        awaitAgents();
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(cluster.agents("{range .items[*]}{.metadata.name} {end}")
                                .trim()
                                .split(" "))
                        .as("the agents before have gone")
                        .hasSize(cluster.nodes().size()));
    }

    @AfterAll
    void asItWas() {
        cluster.install();
    }

    @BeforeEach
    void noSessions() {
        cluster.kubectl("delete", "debugsessions", "--all", "--timeout=60s").ok();
        before = NodeState.of(worker);
    }

    @AfterEach
    void nothingIsLeft() {
        cluster.kubectl("delete", "debugsessions", "--all", "--timeout=60s").ok();
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(NodeState.of(worker)).isEqualTo(before));
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

    private void restartAgents() {
        cluster.kubectl("-n", Cluster.SYSTEM, "rollout", "restart", "ds/cntr-agent")
                .ok();
        awaitAgents();
    }

    private void awaitAgents() {
        cluster.kubectl("-n", Cluster.SYSTEM, "rollout", "status", "ds/cntr-agent", "--timeout=90s")
                .ok();
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
        try (Writer in = client.outputWriter()) {
            Thread restarts = Thread.ofVirtual().unstarted(() -> {
                restartAgents();
                assertThat(retired()).isEqualTo("1");
                restartAgents();
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
        restartAgents();
        assertThat(retired()).isEqualTo("1");
        Run back = cntr("reattach", begun.out().strip());
        assertThat(back.out()).isEqualTo("one\ntwo\n");
        assertThat(back.exit()).isEqualTo(9);
        await().untilAsserted(() -> assertThat(session("status.exitCode")).isEqualTo("9"));
    }

    @Test
    void aSessionOfAnAgentBeforeEndsWhenItIsDeleted() throws Exception {
        Process client = attached();
        restartAgents();
        cluster.kubectl("delete", "debugsessions", "--all", "--timeout=30s").ok();
        assertThat(client.waitFor(15, TimeUnit.SECONDS)).isTrue();
        assertThat(client.errorReader().lines()).anyMatch(line -> line.contains("deleted"));
    }

    /** The next one says so in the session's status, as of a session of an agent that is killed in its pod. */
    @Test
    void aRetiredAgentThatIsKilledTakesItsSessionsWithIt() throws Exception {
        Process client = attached();
        restartAgents();
        worker.sh("kill -9 $(ls /run/cntr/retired | grep control | cut -d- -f1)")
                .ok();
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(session("status.conditions[?(@.type==\"Stalled\")].reason"))
                        .isEqualTo("AgentLost"));
        assertThat(client.waitFor(90, TimeUnit.SECONDS)).isTrue();
    }

    private Process attached() throws IOException {
        Process client = Run.start(
                cluster.environment(),
                cluster.cntrCommand("attach", Targets.ON_WORKER, "--", "sh", "-c", "echo begun; exec sleep 600"));
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
