package dev.cntr.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What goes wrong on the path of a session: a one-line error with the next step, its own exit code, nothing left on the node. */
@ExtendWith(Cluster.Extension.class)
@TestInstance(Lifecycle.PER_CLASS)
class FailureE2E {
    private static final int LOST = 117;
    private static final int EXPIRED = 118;
    private static final int NO_AGENT = 119;
    private static final int UNREACHABLE = 120;
    private static final int NOT_INSTALLED = 121;
    private static final int FORBIDDEN = 122;
    private static final int NOT_FOUND = 123;
    private static final int NOT_RUNNING = 124;
    private static final int USAGE = 2;

    private final Cluster cluster;
    private NodeState.Before before = NodeState.Before.of(List.of());

    FailureE2E(Cluster cluster) {
        this.cluster = cluster;
    }

    @BeforeAll
    void targets() {
        Targets.apply(cluster);
        before = NodeState.Before.of(cluster.nodes());
    }

    @AfterEach
    void nothingIsLeftOnTheNodes() {
        before.nothingIsLeft(Duration.ofSeconds(20));
    }

    private static void failed(Run run, int code, String... words) {
        assertThat(run.exit()).as(run.toString()).isEqualTo(code);
        assertThat(run.stdout()).as(run.toString()).isEmpty();
        List<String> errors =
                run.err().lines().filter(line -> line.startsWith("error")).toList();
        assertThat(errors).as(run.toString()).hasSize(1);
        assertThat(errors.getFirst()).contains(words);
    }

    @Test
    void badUsage() {
        assertThat(cluster.cntr("attach").exit()).isEqualTo(USAGE);
        assertThat(cluster.cntr("attach", "--no-such-option", "x").exit()).isEqualTo(USAGE);
        assertThat(cluster.cntr("attach", "service/x").exit()).isEqualTo(USAGE);
    }

    @Test
    void noSuchPod() {
        failed(cluster.cntr("attach", "pod/nowhere", "--", "true"), NOT_FOUND, "nowhere", "default");
    }

    @Test
    void noSuchContainer() {
        failed(cluster.cntr("attach", Targets.SHELL, "-c", "nobody", "--", "true"), NOT_FOUND, "nobody", "app", "side");
    }

    @Test
    void containerNotRunning() {
        failed(cluster.cntr("attach", Targets.FINISHED, "--", "true"), NOT_RUNNING, Targets.FINISHED);
    }

    @Test
    void clusterUnreachable(@TempDir Path directory) throws IOException {
        Path kubeconfig = directory.resolve("unreachable");
        Files.writeString(
                kubeconfig,
                Files.readString(Path.of(cluster.environment().get("KUBECONFIG")))
                        .replaceAll("server: .*", "server: https://127.0.0.1:1"));
        failed(cluster.cntr("attach", "--kubeconfig", kubeconfig.toString(), "x"), UNREACHABLE, "https://127.0.0.1:1");
    }

    @Test
    void noRights(@TempDir Path directory) throws IOException {
        cluster.kubectl("create", "serviceaccount", "nobody").ok();
        try {
            String token = cluster.kubectl("create", "token", "nobody").ok().out();
            Path kubeconfig = directory.resolve("nobody");
            Files.copy(Path.of(cluster.environment().get("KUBECONFIG")), kubeconfig);
            cluster.kubectl(
                            "--kubeconfig",
                            kubeconfig.toString(),
                            "config",
                            "set-credentials",
                            "nobody",
                            "--token",
                            token)
                    .ok();
            cluster.kubectl(
                            "--kubeconfig",
                            kubeconfig.toString(),
                            "config",
                            "set-context",
                            "--current",
                            "--user",
                            "nobody")
                    .ok();
            failed(
                    cluster.cntr("attach", "--kubeconfig", kubeconfig.toString(), Targets.ON_SERVER, "--", "true"),
                    FORBIDDEN,
                    "debugsessions");
        } finally {
            cluster.kubectl("delete", "serviceaccount", "nobody").ok();
        }
    }

    @Test
    void sessionExpiresWhileAttached() {
        Run run = cluster.cntr("attach", Targets.ON_SERVER, "--ttl", "3s", "--", "sleep", "600");
        assertThat(run.exit()).as(run.toString()).isEqualTo(EXPIRED);
        assertThat(run.err()).contains("--ttl");
    }

    @Test
    void sessionDeletedWhileAttached() throws Exception {
        Process client = started("attach", Targets.ON_WORKER, "--", "sh", "-c", "echo begun; exec sleep 600");
        assertThat(client.inputReader().readLine()).isEqualTo("begun");
        cluster.kubectl("delete", "debugsessions", "--all", "--timeout=20s").ok();
        assertThat(client.waitFor()).isEqualTo(LOST);
    }

    @Test
    void targetEndsWhileAttached() throws Exception {
        Process client = started("attach", Targets.SHELL, "-c", "side", "--", "sh", "-c", "echo begun; exec sleep 600");
        assertThat(client.inputReader().readLine()).isEqualTo("begun");
        cluster.kubectl("delete", "pod", Targets.SHELL, "--grace-period=0", "--force")
                .ok();
        assertThat(client.waitFor()).isNotZero();
        cluster.kubectl("wait", "--for=delete", "pod/" + Targets.SHELL, "--timeout=60s");
        Targets.apply(cluster);
    }

    @Test
    void clientKilledWhileAttached() throws Exception {
        Process client = started(
                "attach",
                Targets.ON_SERVER,
                "--reconnect",
                "2s",
                "--",
                "sh",
                "-c",
                "trap '' HUP; echo begun; sleep 600; sleep 600");
        assertThat(client.inputReader().readLine()).isEqualTo("begun");
        client.destroyForcibly().waitFor();
    }

    @Test
    void agentKilledWhileAttached() throws Exception {
        Cluster.Node worker = cluster.nodes().getLast();
        whileAttached(() -> worker.sh(
                        "kill -9 $(grep -lz '[d]ev.cntr.agent.Main' /proc/[0-9]*/cmdline | head -1 | cut -d/ -f3)")
                .ok());
    }

    /** What fills it are files in memory, for which there is no one to kill but the agent, as the largest process of its container. */
    @Test
    void agentOutOfMemoryWhileAttached() throws Exception {
        Cluster.Node worker = cluster.nodes().getLast();
        String agent = cluster.agentOn(worker);
        whileAttached(() -> {
            cluster.kubectl("-n", Cluster.SYSTEM, "exec", agent, "--", "sh", "-c", "cat /dev/zero > /run/cntr/fill");
            worker.sh("rm /run/cntr/fill").ok();
        });
        assertThat(cluster.kubectl(
                                "-n",
                                Cluster.SYSTEM,
                                "get",
                                "pod",
                                agent,
                                "-o",
                                "jsonpath={.status.containerStatuses[0].lastState.terminated.reason}")
                        .ok()
                        .out())
                .isEqualTo("OOMKilled");
    }

    private void whileAttached(Runnable agentEnds) throws Exception {
        Process client = started("attach", Targets.ON_WORKER, "--", "sh", "-c", "echo begun; exec sleep 600");
        assertThat(client.inputReader().readLine()).isEqualTo("begun");
        agentEnds.run();
        assertThat(client.waitFor()).isEqualTo(LOST);
        assertThat(client.errorReader().lines()).anyMatch(line -> line.startsWith("error") && line.contains("agent"));
        cluster.kubectl("-n", Cluster.SYSTEM, "rollout", "status", "ds/cntr-agent", "--timeout=90s")
                .ok();
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() ->
                        cluster.cntr("attach", Targets.ON_WORKER, "--", "true").ok());
    }

    @Test
    void noAgentOnTheNode() {
        String worker = cluster.nodes().getLast().name();
        cluster.kubectl("-n", Cluster.SYSTEM, "patch", "ds/cntr-agent", "--type=merge", "-p", """
                {"spec": {"template": {"spec": {"affinity": {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution":
                  {"nodeSelectorTerms": [{"matchFields": [{"key": "metadata.name", "operator": "NotIn", "values": ["%s"]}]}]}}}}}}}""".formatted(worker))
                .ok();
        try {
            cluster.kubectl("-n", Cluster.SYSTEM, "rollout", "status", "ds/cntr-agent", "--timeout=90s")
                    .ok();
            failed(cluster.cntr("attach", "--timeout", "60s", Targets.ON_WORKER, "--", "true"), NO_AGENT, worker);
        } finally {
            cluster.kubectl(
                            "-n",
                            Cluster.SYSTEM,
                            "patch",
                            "ds/cntr-agent",
                            "--type=json",
                            "-p",
                            "[{\"op\": \"remove\", \"path\": \"/spec/template/spec/affinity\"}]")
                    .ok();
            cluster.kubectl("-n", Cluster.SYSTEM, "rollout", "status", "ds/cntr-agent", "--timeout=90s")
                    .ok();
            before = NodeState.Before.of(cluster.nodes());
        }
    }

    @Test
    void operatorNotRunning() {
        cluster.kubectl("-n", Cluster.SYSTEM, "scale", "deploy/cntr-operator", "--replicas=0")
                .ok();
        cluster.kubectl(
                "-n",
                Cluster.SYSTEM,
                "wait",
                "--for=delete",
                "pod",
                "-l",
                "app.kubernetes.io/component=operator",
                "--timeout=60s");
        try {
            failed(
                    cluster.cntr("attach", "--timeout", "3s", Targets.ON_SERVER, "--", "true"),
                    NOT_INSTALLED,
                    "operator");
        } finally {
            cluster.kubectl("-n", Cluster.SYSTEM, "scale", "deploy/cntr-operator", "--replicas=1")
                    .ok();
            cluster.kubectl("-n", Cluster.SYSTEM, "rollout", "status", "deploy/cntr-operator", "--timeout=90s")
                    .ok();
        }
    }

    /** Another API server than ours is not at hand, so the resource is taken away for a moment. */
    @Test
    void notInstalled() {
        Run crd = cluster.kubectl("get", "crd", "debugsessions.cntr.dev", "-o", "yaml")
                .ok();
        cluster.kubectl("delete", "debugsessions", "--all", "--timeout=30s").ok();
        cluster.kubectl("delete", "crd", "debugsessions.cntr.dev", "--timeout=30s")
                .ok();
        try {
            failed(cluster.cntr("attach", Targets.ON_SERVER, "--", "true"), NOT_INSTALLED, "helm");
        } finally {
            cluster.apply(crd.out());
            cluster.kubectl("wait", "--for=condition=Established", "crd/debugsessions.cntr.dev", "--timeout=30s")
                    .ok();
            await().atMost(Duration.ofSeconds(90))
                    .untilAsserted(() -> cluster.cntr("attach", Targets.ON_SERVER, "--", "true")
                            .ok());
        }
    }

    private Process started(String... arguments) throws IOException {
        return Run.start(
                cluster.environment(),
                new ArrayList<>(Arrays.asList(cluster.cntrCommand(arguments).toArray(String[]::new))));
    }
}
