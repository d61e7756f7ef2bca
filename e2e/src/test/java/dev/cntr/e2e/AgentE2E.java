package dev.cntr.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;

/** What only an agent in a cluster can be asked: how it stops, what it tells, what it does about a target that is traced. */
@ExtendWith(Cluster.Extension.class)
@TestInstance(Lifecycle.PER_CLASS)
class AgentE2E {
    private static final int LOST = 117;

    private final Cluster cluster;

    AgentE2E(Cluster cluster) {
        this.cluster = cluster;
    }

    @BeforeAll
    void targets() {
        Targets.apply(cluster);
    }

    @BeforeEach
    void noSessions() {
        cluster.kubectl("delete", "debugsessions", "--all", "--timeout=60s").ok();
    }

    private String session(String path) {
        return cluster.kubectl("get", "debugsessions", "-o", "jsonpath={.items[*]." + path + "}")
                .ok()
                .out();
    }

    /** The command ignores what asks it to end; the client must not have to wait for it. */
    @Test
    void anAgentThatDoesNotKeepItsSessionsTellsItsClientsWhenItIsStoppedAndLeavesNothing() throws Exception {
        cluster.install("--set", "agent.lingerSeconds=0");
        cluster.awaitAgents();
        try {
            stopTheAgentUnderAClient();
        } finally {
            cluster.install();
            cluster.awaitAgents();
        }
    }

    private void stopTheAgentUnderAClient() throws IOException, InterruptedException {
        Cluster.Node worker = cluster.nodes().getLast();
        Process client = Run.start(
                cluster.environment(),
                cluster.cntrCommand(
                        "attach",
                        "--recording=Required",
                        Targets.ON_WORKER,
                        "--",
                        "sh",
                        "-c",
                        "trap '' HUP TERM; echo begun; sleep 600; sleep 600"));
        assertThat(client.inputReader().readLine()).isEqualTo("begun");
        String agent = cluster.agentOn(worker);
        cluster.kubectl("-n", Cluster.SYSTEM, "delete", "pod", agent, "--timeout=60s")
                .ok();
        assertThat(client.waitFor()).isEqualTo(LOST);
        List<String> errors = client.errorReader()
                .lines()
                .filter(line -> line.startsWith("error"))
                .toList();
        assertThat(errors).singleElement().asString().contains("the node's agent is being stopped", "attach again");

        assertThat(session("status.conditions[?(@.type==\"Completed\")].reason"))
                .isEqualTo("AgentLost");
        assertThat(session("status.conditions[?(@.type==\"Recorded\")].status")).isEqualTo("True");
        assertThat(NodeState.of(worker).lines())
                .noneMatch(line -> line.startsWith("process") || line.startsWith("mount"));
        String recording = session("status.recording.location");
        cluster.awaitAgents();
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() ->
                        cluster.cntr("attach", Targets.ON_WORKER, "--", "true").ok());
        assertThat(cluster.kubectl(
                                "-n", Cluster.SYSTEM, "exec", cluster.agentOn(worker), "--", "tail", "-n1", recording)
                        .ok()
                        .out())
                .contains("begun");
    }

    /** Its filter cannot be copied then, and is made anew from the profile that the container runtime tells. */
    @Test
    void aTargetThatIsTracedIsEnteredWithItsRuntimesProfile() throws IOException, InterruptedException {
        Cluster.Node node = cluster.nodes().getFirst();
        String pid = node.sh("grep -lz '^GREETING=hello world' /proc/[0-9]*/environ | head -1 | cut -d/ -f3")
                .ok()
                .out()
                .strip();
        String agent = cluster.agentOn(node);
        Process tracer = Run.start(
                cluster.environment(),
                cluster.kubectlCommand(
                        "-n",
                        Cluster.SYSTEM,
                        "exec",
                        "-i",
                        agent,
                        "--",
                        "sh",
                        "-c",
                        "strace -q -p " + pid + " -o /dev/null & cat; kill $!"));
        try {
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(node.sh("grep TracerPid /proc/" + pid + "/status")
                                    .ok()
                                    .out())
                            .doesNotEndWith("\t0\n"));
            assertThat(cluster.cntr("attach", Targets.ON_SERVER, "--", "grep", "^Seccomp:", "/proc/self/status")
                            .ok()
                            .out())
                    .isEqualTo("Seccomp:\t2\n");
            assertThat(cluster.cntr("attach", Targets.ON_SERVER, "--", "unshare", "-U", "true")
                            .err())
                    .contains("Operation not permitted");
            assertThat(cluster.kubectl("-n", Cluster.SYSTEM, "logs", agent).ok().out())
                    .contains("made anew from the profile that its engine tells");
        } finally {
            tracer.getOutputStream().close();
            tracer.waitFor();
        }
    }

    @Test
    void agentAndOperatorTellWhatHappensToASession() throws IOException {
        cluster.cntr("attach", "--recording=BestEffort", Targets.ON_SERVER, "--", "true")
                .ok();
        String uid = session("metadata.uid");
        String agent = cluster.agentOn(cluster.nodes().getFirst());
        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
            assertThat(cluster.metrics(agent))
                    .contains("cntr_agent_sessions_ended_total{reason=\"Exited\"}")
                    .containsPattern("cntr_agent_attaches_total [1-9]")
                    .containsPattern("cntr_agent_recordings_total\\{complete=\"true\"} [1-9]")
                    .containsPattern("cntr_agent_preparation_seconds_count [1-9]")
                    .contains("cntr_agent_tools_passthrough ");
        });
        assertThat(logs(agent))
                .anySatisfy(
                        line -> assertThat(line.at("/mdc/sessionUID").asText()).isEqualTo(uid));
        assertThat(logs(agent)).anySatisfy(line -> {
            assertThat(line.path("audit").asText()).isEqualTo("left");
            assertThat(line.path("sessionUID").asText()).isEqualTo(uid);
        });
        assertThat(logs("deploy/cntr-operator"))
                .anySatisfy(line -> assertThat(line.toString()).contains(uid));
    }

    /** The lines that are objects: the JVM's own complaints are not. */
    private List<JsonNode> logs(String of) throws IOException {
        List<JsonNode> lines = new ArrayList<>();
        for (String line : cluster.kubectl("-n", Cluster.SYSTEM, "logs", of)
                .ok()
                .out()
                .lines()
                .toList()) {
            if (line.startsWith("{")) {
                lines.add(new ObjectMapper().readTree(line));
            }
        }
        return lines;
    }
}
