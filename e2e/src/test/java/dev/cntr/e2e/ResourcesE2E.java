package dev.cntr.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Limits of a session's own: who needs too much is the session, and not the container. */
@ExtendWith(Cluster.Extension.class)
@TestInstance(Lifecycle.PER_CLASS)
class ResourcesE2E {
    private static final String NAMESPACE = "resources";
    private static final String OOM = "head -c 200000000 /dev/zero | tail -c 199999999";
    /** Below the node's own: of other nodes of this machine it sees the cgroups as well. */
    private static final String CGROUPS =
            "find /sys/fs/cgroup/*$(sed -n 's/^[0-9]*:memory://p' /proc/self/cgroup) -type d -name 'cntr-session-*'";

    private final Cluster cluster;

    ResourcesE2E(Cluster cluster) {
        this.cluster = cluster;
    }

    @BeforeAll
    void pod() {
        cluster.kubectl("create", "namespace", NAMESPACE).ok();
        Targets.sleeper(
                cluster,
                NAMESPACE,
                "web",
                cluster.nodes().getLast(),
                "resources: {limits: {memory: 300Mi, cpu: \"1\"}}");
        cluster.kubectl("-n", NAMESPACE, "wait", "--for=condition=Ready", "pod/web", "--timeout=60s")
                .ok();
    }

    @AfterAll
    void clean() {
        cluster.kubectl("delete", "namespace", NAMESPACE, "--timeout=60s").ok();
    }

    private static String[] limited(String script) {
        return new String[] {
            "attach",
            "-n",
            NAMESPACE,
            "web",
            "--memory",
            "24Mi",
            "--cpu",
            "200m",
            "--pids",
            "20",
            "--",
            "sh",
            "-c",
            script
        };
    }

    /** The session's cgroups that are on its node: one a hierarchy. */
    private List<String> cgroups() {
        return cluster.nodes().getLast().sh(CGROUPS).ok().out().lines().toList();
    }

    private void awaitNoCgroup() {
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(cgroups()).isEmpty());
    }

    @Test
    void aHungrySessionIsKilledItselfAndSaysWhy() {
        Run run = cluster.cntr(limited(OOM));
        assertThat(run.exit()).as(run.toString()).isEqualTo(137);
        assertThat(cluster.kubectl(
                                "-n",
                                NAMESPACE,
                                "get",
                                "debugsessions",
                                "-o",
                                "jsonpath={.items[*].status.conditions[?(@.type=='Completed')].message}")
                        .ok()
                        .out())
                .contains("1 of the session's processes needed more memory than spec.resources.limits.memory");
        assertThat(cluster.kubectl(
                                "-n",
                                NAMESPACE,
                                "get",
                                "pod",
                                "web",
                                "-o",
                                "jsonpath={.status.containerStatuses[0].restartCount}")
                        .ok()
                        .out())
                .isEqualTo("0");
        awaitNoCgroup();
    }

    @Test
    void theSessionIsBesideTheContainerInItsPodAndLimitedAsAsked() throws Exception {
        Process client = started("echo begun; exec sleep 600");
        try {
            assertThat(client.inputReader().readLine()).isEqualTo("begun");
            List<String> made = cgroups();
            assertThat(made).isNotEmpty();
            String uid = cluster.kubectl("-n", NAMESPACE, "get", "pod", "web", "-o", "jsonpath={.metadata.uid}")
                    .ok()
                    .out();
            assertThat(made)
                    .allSatisfy(path ->
                            assertThat(path.substring(0, path.lastIndexOf('/'))).contains(uid));
            assertThat(limit("memory.limit_in_bytes", "memory.max")).isEqualTo("25165824");
            assertThat(limit("pids.max", "pids.max")).isEqualTo("20");
            assertThat(limit("cpu.cfs_quota_us", "cpu.max")).startsWith("20000");
        } finally {
            client.destroy();
        }
        awaitNoCgroup();
    }

    private String limit(String v1, String v2) {
        return cluster.nodes()
                .getLast()
                .sh("for d in $(%s); do cat $d/%s $d/%s 2>/dev/null; done | sort -u".formatted(CGROUPS, v1, v2))
                .out()
                .strip();
    }

    @Test
    void whatAnAgentLeavesThatIsKilledIsGoneWithTheNextOne() throws Exception {
        Cluster.Node worker = cluster.nodes().getLast();
        Process client = started("setsid sleep 6543 & echo begun; exec sleep 6542");
        assertThat(client.inputReader().readLine()).isEqualTo("begun");
        assertThat(cgroups()).isNotEmpty();
        worker.sh("kill -9 $(grep -lz '[d]ev.cntr.agent.Main' /proc/[0-9]*/cmdline | head -1 | cut -d/ -f3)")
                .ok();
        assertThat(client.waitFor()).isNotZero();
        await().atMost(Duration.ofSeconds(90))
                .untilAsserted(() -> cluster.cntr(limited("true")).ok());
        awaitNoCgroup();
        assertThat(worker.sh("pgrep -f 'sleep 654[23]'").out()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "memory: 1Mi, memory must be a quantity",
        "memory: much, memory must be a quantity",
        "cpu: 1m, cpu must be a quantity",
        "pids: 2, should be greater than or equal to 8",
        "{}, at least one of cpu"
    })
    void theApiServerRefusesLimitsThatCannotBe(String limits, String message) {
        Run run = apply(limits.equals("{}") ? limits : "{" + limits + "}");
        assertThat(run.exit()).isNotZero();
        assertThat(run.err()).contains(message);
    }

    @Test
    void quantitiesAreWrittenAsKubernetesWritesThem() {
        apply("{cpu: 1, memory: 0.1Gi, pids: 100}").ok();
        cluster.kubectl("-n", NAMESPACE, "delete", "debugsession", "limited").ok();
        awaitNoCgroup();
    }

    private Run apply(String limits) {
        return cluster.kubectlWith(
                """
                apiVersion: cntr.dev/v1alpha1
                kind: DebugSession
                metadata: {name: limited, namespace: %s}
                spec: {target: {pod: web}, process: {command: [sleep, "600"]}, resources: {limits: %s}}
                """.formatted(NAMESPACE, limits).getBytes(java.nio.charset.StandardCharsets.UTF_8),
                "create",
                "-f",
                "-");
    }

    private Process started(String script) throws java.io.IOException {
        return Run.start(
                cluster.environment(),
                new ArrayList<>(cluster.cntrCommand(Stream.of(limited(script)).toArray(String[]::new))));
    }
}
