package dev.cntr.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Agents, operator and client each with a clock that is wrong in another way, by libfaketime before their libc: the kernel has one
 * clock for all nodes of this cluster. What lasts, lasts by the API server's.
 */
@ExtendWith(Cluster.Extension.class)
@TestInstance(Lifecycle.PER_CLASS)
class ClocksE2E {
    private static final Path LIBRARY = Path.of("/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1");
    private static final String MOUNTED = "/faketime";
    private static final int EXPIRED = 118;
    private static final String AGENTS = "ds/cntr-agent";
    private static final String OPERATOR = "deploy/cntr-operator";

    private final Cluster cluster;

    ClocksE2E(Cluster cluster) {
        this.cluster = cluster;
    }

    @BeforeAll
    void wrongClocks() {
        Targets.apply(cluster);
        cluster.nodes().forEach(node -> node.put(LIBRARY, MOUNTED));
        setOff(AGENTS, "agent", Duration.ofMinutes(10));
        setOff(OPERATOR, "operator", Duration.ofMinutes(-10));
        rolledOut();
    }

    /** What is waited for is left alone: the virtual machine waits by the time that nobody sets. */
    private static Map<String, String> faketime(String directory, Duration off) {
        return Map.of(
                "LD_PRELOAD",
                directory + "/" + LIBRARY.getFileName(),
                "DONT_FAKE_MONOTONIC",
                "1",
                "FAKETIME_FORCE_MONOTONIC_FIX",
                "0",
                "FAKETIME",
                "%+d".formatted(off.toSeconds()));
    }

    private void setOff(String workload, String container, Duration off) {
        String variables = faketime(MOUNTED, off).entrySet().stream()
                .map(variable ->
                        "{\"name\": \"%s\", \"value\": \"%s\"}".formatted(variable.getKey(), variable.getValue()))
                .collect(Collectors.joining(", "));
        cluster.kubectl("-n", Cluster.SYSTEM, "patch", workload, "-p", """
                {"spec": {"template": {"spec": {"volumes": [{"name": "faketime", "hostPath": {"path": "%1$s"}}], "containers": [{
                  "name": "%2$s", "volumeMounts": [{"name": "faketime", "mountPath": "%1$s"}], "env": [%3$s]}]}}}}
                """.formatted(MOUNTED, container, variables))
                .ok();
    }

    @AfterAll
    void rightClocks() {
        for (String workload : List.of(AGENTS, OPERATOR)) {
            cluster.kubectl("-n", Cluster.SYSTEM, "rollout", "undo", workload).ok();
        }
        rolledOut();
        cluster.nodes().forEach(node -> node.sh("rm -r " + MOUNTED).ok());
    }

    private void rolledOut() {
        cluster.awaitAgents();
        cluster.kubectl("-n", Cluster.SYSTEM, "rollout", "status", OPERATOR, "--timeout=90s")
                .ok();
    }

    private Map<String, String> halfAnHourBehind() {
        Map<String, String> environment = new HashMap<>(cluster.environment());
        environment.putAll(faketime(Objects.requireNonNull(LIBRARY.getParent()).toString(), Duration.ofMinutes(-30)));
        return environment;
    }

    @Test
    void aSessionLivesAsLongAsItMay() throws Exception {
        Instant begun = Instant.now();
        Process client = Run.start(
                halfAnHourBehind(),
                cluster.cntrCommand(
                        "attach", "--ttl", "20s", Targets.ON_WORKER, "--", "sh", "-c", "echo begun; exec sleep 600"));
        assertThat(client.inputReader().readLine()).isEqualTo("begun");
        assertThat(client.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(client.exitValue()).isEqualTo(EXPIRED);
        assertThat(Duration.between(begun, Instant.now())).isGreaterThan(Duration.ofSeconds(19));
        assertThat(Instant.parse(session("status.startedAt"))).isBetween(begun.minusSeconds(5), begun.plusSeconds(20));
        assertThat(session("status.conditions[?(@.type==\"Completed\")].reason"))
                .isEqualTo("Expired");
    }

    @Test
    void onesThatEndThemselvesAreKeptForAsLongAsTheyAreToBe() {
        cluster.cntr("attach", Targets.ON_SERVER, "--", "true").ok();
        String name = session("metadata.name");
        assertThat(name).as("not deleted at once").isNotEmpty();
        assertThat(session("status.exitCode")).isEqualTo("0");
    }

    /** A program that has just started may read the server's first answer some seconds late, by which its clock seems to be later. */
    @Test
    void whoHasAWrongClockSaysSo() {
        await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> {
            assertThat(log(cluster.agentOn(cluster.nodes().getFirst())))
                    .containsPattern("clock is (599|60\\d) s ahead of");
            assertThat(log(OPERATOR)).containsPattern("clock is (59\\d|60[01]) s behind");
        });
    }

    private String log(String of) {
        return cluster.kubectl("-n", Cluster.SYSTEM, "logs", of).ok().out();
    }

    /** Of the last that was made. */
    private String session(String path) {
        return cluster.kubectl(
                        "get",
                        "debugsessions",
                        "--sort-by=.metadata.creationTimestamp",
                        "-o",
                        "jsonpath={.items[-1:]." + path + "}")
                .ok()
                .out();
    }
}
