package dev.cntr.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Sessions for containers that crash at their start, most as soon as they can write a line into a file of their volume: nobody could attach to them in time by hand. Each test
 * makes a pod of its own, since the kubelet waits twice as long with each crash.
 */
@ExtendWith(Cluster.Extension.class)
@TestInstance(Lifecycle.PER_CLASS)
class CrashLoopE2E {
    private static final String NAMESPACE = "crash-loop";
    private static final int LOST = 117;
    private static final int NOT_RUNNING = 124;
    private static final String AT_ONCE = "echo ran >> /data/log; exit 3";

    private final Cluster cluster;

    CrashLoopE2E(Cluster cluster) {
        this.cluster = cluster;
    }

    @BeforeAll
    void namespace() {
        cluster.kubectl("create", "namespace", NAMESPACE).ok();
    }

    /** A pod whose container has crashed at least once. */
    private void crashing(String name, String script) {
        Targets.script(cluster, NAMESPACE, name, cluster.nodes().getLast(), script);
        await().atMost(Duration.ofSeconds(60))
                .until(() -> !field(name, "lastState.terminated").isEmpty()
                        || !field(name, "state.terminated").isEmpty());
    }

    @AfterAll
    void clean() {
        cluster.kubectl("delete", "namespace", NAMESPACE, "--timeout=60s").ok();
    }

    private String field(String pod, String path) {
        return cluster.kubectl(
                        "-n",
                        NAMESPACE,
                        "get",
                        "pod",
                        pod,
                        "-o",
                        "jsonpath={.status.containerStatuses[0]." + path + "}")
                .ok()
                .out();
    }

    private int restarts(String pod) {
        String count = field(pod, "restartCount");
        return count.isEmpty() ? 0 : Integer.parseInt(count);
    }

    private Run attach(String pod, String... options) {
        return cluster.cntr(Stream.concat(Stream.of("attach", "-n", NAMESPACE, pod), Stream.of(options))
                .toArray(String[]::new));
    }

    @Test
    void whoDoesNotAskToWaitIsToldOfIt() {
        crashing("refused", AT_ONCE);
        await().atMost(Duration.ofSeconds(60))
                .until(() -> field("refused", "state.waiting.reason").equals("CrashLoopBackOff"));
        Run run = attach("refused", "--", "true");
        assertThat(run.exit()).as(run.toString()).isEqualTo(NOT_RUNNING);
        assertThat(run.err())
                .contains("--wait-start")
                .containsAnyOf("CrashLoopBackOff", "has terminated"); // it may just have crashed again
    }

    /** The wait is longer than what the client would wait for an agent. */
    @Test
    void theNextStartIsWaitedForAndEntered() {
        crashing("slow", "sleep 20; exit 3");
        Run run = attach(
                "slow", "--wait-start", "--timeout=5s", "--", "cat", "/proc/1/comm", "/proc/sys/kernel/hostname");
        assertThat(run.ok().out()).isEqualTo("sh\nslow\n");
        assertThat(run.err()).contains("the next start of container app of pod slow is waited for");
    }

    @Test
    void aHeldContainerIsStoppedBeforeItsFirstInstructionUntilTheSessionEnds() {
        crashing("held", AT_ONCE);
        Run run = attach(
                "held",
                "--hold",
                "--",
                "sh",
                "-c",
                "n=$(wc -l < /var/lib/cntr/data/log); sleep 3; grep State: /proc/1/status; expr $(wc -l < /var/lib/cntr/data/log) - $n; cat /proc/1/comm");
        assertThat(run.ok().out()).isEqualTo("State:\tT (stopped)\n0\nsh\n");
        assertThat(run.err()).contains("kill -CONT 1");
        int before = restarts("held");
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(field("held", "state.waiting.reason") + restarts("held"))
                        .as("it went on, and crashed again")
                        .isIn("CrashLoopBackOff" + before, "CrashLoopBackOff" + (before + 1)));
        String session = cluster.kubectl(
                        "-n",
                        NAMESPACE,
                        "get",
                        "debugsessions",
                        "-o",
                        "jsonpath={range .items[?(@.spec.target.pod==\"held\")]}{.status.containerID}{end}")
                .ok()
                .out();
        assertThat(field("held", "lastState.terminated.containerID"))
                .endsWith(session)
                .isNotEmpty();
    }

    @Test
    void itGoesOnWhenSomebodyInTheSessionSaysSo() {
        // on a loaded node it may have begun when it is stopped; the session ends with it, and sees before that it goes
        // on
        crashing("continued", "for i in $(seq 50); do echo ran >> /data/log; sleep 0.1; done; exit 3");
        Run run = attach(
                "continued",
                "--hold",
                "--",
                "sh",
                "-c",
                "n=$(wc -l < /var/lib/cntr/data/log); kill -CONT 1; while [ $(wc -l < /var/lib/cntr/data/log) = $n ]; do sleep 0.01; done; echo it ran; sleep 60");
        assertThat(run.out()).isEqualTo("it ran\n");
        assertThat(run.exit()).as(run.toString()).isEqualTo(NOT_RUNNING);
    }

    @Test
    void anAgentThatIsKilledHoldsNothingForEver() throws IOException, InterruptedException {
        crashing("orphaned", AT_ONCE);
        Cluster.Node node = cluster.nodes().getLast();
        Process client = Run.start(
                cluster.environment(),
                cluster.cntrCommand(
                        "attach", "-n", NAMESPACE, "orphaned", "--hold", "--", "sh", "-c", "echo held; sleep 600"));
        assertThat(client.inputReader().readLine()).isEqualTo("held");
        int before = restarts("orphaned");
        node.sh("kill -9 $(grep -lz '[d]ev.cntr.agent.Main' /proc/[0-9]*/cmdline | cut -d/ -f3)")
                .ok();
        assertThat(client.waitFor()).isEqualTo(LOST);
        await().atMost(Duration.ofSeconds(90))
                .until(() -> restarts("orphaned") > before
                        || field("orphaned", "state.waiting.reason").equals("CrashLoopBackOff"));
    }
}
