package dev.cntr.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;

/** The chart in the hands of Helm and of a real API server. */
@ExtendWith(Cluster.Extension.class)
@TestInstance(Lifecycle.PER_CLASS)
class ChartE2E {
    private static final Path CHART = Path.of("../charts/cntr").toAbsolutePath().normalize();

    private final Cluster cluster;

    ChartE2E(Cluster cluster) {
        this.cluster = cluster;
    }

    @BeforeAll
    void targets() {
        Targets.apply(cluster);
    }

    @Test
    void anUpgradeToTheSameChangesNothingThatRuns() {
        String before = workloads();
        cluster.install();
        cluster.install();
        assertThat(workloads()).isEqualTo(before).contains("cntr-agent", "cntr-operator", "cntr-relay");
        assertThat(cluster.helm("status", "cntr").ok().out()).contains("STATUS: deployed");
    }

    /** What would be another if a pod was made anew or a workload written. */
    private String workloads() {
        return cluster.kubectl(
                        "get",
                        "deployments,daemonsets,pods",
                        "-A",
                        "-l",
                        "app.kubernetes.io/name=cntr",
                        "-o",
                        "jsonpath={range .items[*]}{.kind} {.metadata.name} {.metadata.generation} {.metadata.uid}{\"\\n\"}{end}")
                .ok()
                .out();
    }

    @Test
    void theExamplesAreAccepted() throws IOException {
        try (Stream<Path> examples = Files.list(CHART.resolve("examples"))) {
            assertThat(examples.filter(file -> file.toString().endsWith(".yaml")))
                    .isNotEmpty()
                    .allSatisfy(file -> cluster.kubectl(
                                    "create", "--dry-run=server", "--validate=strict", "-f", file.toString())
                            .ok());
        }
    }

    @Test
    void theHelmTestRunsACommandInASession() {
        assertThat(cluster.helm("test", "cntr", "--timeout=2m").ok().out()).contains("Phase:          Succeeded");
        Run audit = cluster.kubectl(
                "-n", Cluster.SYSTEM, "logs", "-l", "app.kubernetes.io/component=agent", "--tail=-1", "--prefix");
        assertThat(audit.ok().out().lines())
                .as("who came, as the agents tell it")
                .anySatisfy(line -> assertThat(line)
                        .contains(
                                "\"left\"",
                                "system:serviceaccount:" + Cluster.SYSTEM + ":cntr-test",
                                "\"exitCode\":0"));
        assertThat(objectsNamed("cntr-test")).isEmpty();
    }

    private List<String> objectsNamed(String name) {
        return everything().stream()
                .filter(object -> object.endsWith("/" + name))
                .toList();
    }

    /** The check of alerts and dashboard that cannot lie: a name that nothing serves makes an alert that never fires. */
    @Test
    void everyMetricOfAlertsAndDashboardIsServed() {
        cluster.cntr("attach", Targets.ON_SERVER, "--", "true").ok();
        String scrape = scraped("operator", 8080);
        Set<String> served = (scrape + scraped("agent", 8081))
                .lines()
                .filter(line -> !line.startsWith("#"))
                .map(line -> line.split("[{ ]", 2)[0])
                .collect(Collectors.toSet());
        Run named = Run.of(
                cluster.environment(),
                new byte[0],
                Cluster.PATIENCE,
                List.of(
                        Cluster.tool("CNTR_PROMQL", "promql"),
                        CHART.resolve("files/rules.yaml").toString(),
                        CHART.resolve("files/dashboard.json").toString()));
        assertThat(served)
                .containsAll(named.ok().out().lines().toList())
                .contains("cntr_operator_sessions", "cntr_operator_placement_seconds_bucket", "cntr_agent_sessions");
        assertThat(scrape)
                .contains("cntr_operator_leader 1.0", "cntr_operator_sessions{phase=\"Completed\",reason=\"Exited\"}")
                .containsPattern("cntr_operator_placement_seconds_count [1-9]")
                .containsPattern("cntr_operator_api_requests_total\\{code=\"200\",method=\"PATCH\"} [1-9]");
    }

    /** What all pods of a component serve. */
    private String scraped(String component, int port) {
        return cluster.kubectl(
                        "-n",
                        Cluster.SYSTEM,
                        "get",
                        "pods",
                        "-l",
                        "app.kubernetes.io/component=" + component,
                        "-o",
                        "jsonpath={.items[*].metadata.name}")
                .ok()
                .out()
                .lines()
                .flatMap(line -> Stream.of(line.split(" ")))
                .map(pod -> cluster.kubectl(
                                "get",
                                "--raw",
                                "/api/v1/namespaces/%s/pods/%s:%d/proxy/metrics".formatted(Cluster.SYSTEM, pod, port))
                        .ok()
                        .out())
                .collect(Collectors.joining());
    }

    /** The second half makes it anew, for the other tests and to show that what stayed does not get into the way. */
    @Test
    void anUninstallEndsAllSessionsAndLeavesTheCrdsAlone() throws Exception {
        Process client = Run.start(
                cluster.environment(),
                cluster.cntrCommand("attach", Targets.ON_WORKER, "--", "sh", "-c", "echo begun; exec sleep 600"));
        try {
            assertThat(client.inputReader().readLine()).isEqualTo("begun");
            cluster.restartAgents(); // the one before keeps the session
            assertThat(NodeState.of(cluster.nodes().getLast()).lines()).contains("path /run/cntr/retired");
            cluster.helm("uninstall", "cntr", "--wait", "--timeout=3m").ok();
            assertThat(client.waitFor()).isNotZero();
            await().atMost(Duration.ofSeconds(60))
                    .untilAsserted(() -> assertThat(everything())
                            .containsExactly(
                                    "customresourcedefinition.apiextensions.k8s.io/debugpolicies.cntr.dev",
                                    "customresourcedefinition.apiextensions.k8s.io/debugsessions.cntr.dev",
                                    "customresourcedefinition.apiextensions.k8s.io/nodedebugsessions.cntr.dev"));
            assertThat(cluster.kubectl("get", "debugsessions", "-A", "-o", "name")
                            .ok()
                            .out())
                    .isEmpty();
            assertThat(cluster.kubectl("get", "namespaces", "-o", "name").ok().out())
                    .doesNotContain(Cluster.SYSTEM, Cluster.RELAY);
            for (Cluster.Node node : cluster.nodes()) {
                assertThat(NodeState.of(node).lines()).isEmpty();
                assertThat(node.sh("find /run/cntr").ok().out()).isEqualTo("/run/cntr\n");
            }
        } finally {
            client.destroyForcibly();
            cluster.install();
        }
        cluster.cntr("attach", Targets.ON_WORKER, "--", "true").ok();
    }

    /** All objects of cntr's that the API server has, of whatever kind. */
    private List<String> everything() {
        String kinds = cluster.kubectl("api-resources", "--verbs=list", "-o", "name")
                .ok()
                .out()
                .strip();
        return cluster.kubectl(
                        "get",
                        kinds.replace('\n', ','),
                        "-A",
                        "-l",
                        "app.kubernetes.io/name=cntr",
                        "-o",
                        "name",
                        "--ignore-not-found")
                .ok()
                .out()
                .lines()
                .toList();
    }
}
