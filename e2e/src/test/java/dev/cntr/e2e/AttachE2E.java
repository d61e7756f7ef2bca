package dev.cntr.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;

/** {@code kubectl cntr attach … -- COMMAND} beside a container whose image is {@code FROM scratch}. */
@ExtendWith(Cluster.Extension.class)
@TestInstance(Lifecycle.PER_CLASS)
class AttachE2E {
    private final Cluster cluster;
    private NodeState.Before before = NodeState.Before.of(List.of());
    private String podBefore = "";

    AttachE2E(Cluster cluster) {
        this.cluster = cluster;
    }

    @BeforeAll
    void targets() {
        Targets.apply(cluster);
        podBefore = pod();
        before = NodeState.Before.of(cluster.nodes());
    }

    /** After all ends that the tests of this class brought about. */
    @AfterAll
    void nothingIsLeftOnTheNodesAndThePodIsUnchanged() {
        before.nothingIsLeft(Duration.ofSeconds(10));
        assertThat(pod()).isEqualTo(podBefore);
    }

    private String pod() {
        return cluster.kubectl(
                        "get",
                        "pod",
                        Targets.ON_SERVER,
                        "-o",
                        "jsonpath={.metadata.uid}{.metadata.annotations}{.spec}{.status}")
                .ok()
                .out();
    }

    private Run inside(String script) {
        return cluster.cntr("attach", "pod/" + Targets.ON_SERVER, "-c", "app", "--", "sh", "-c", script);
    }

    @Test
    void theCommandRunsAsTheTarget() {
        assertThat(inside("id").ok().out()).startsWith("uid=65532 gid=65532 groups=65532,2000");
        assertThat(inside("cat /proc/sys/kernel/hostname; echo $GREETING").ok().out())
                .isEqualTo("scratch-server\nhello world\n");
    }

    @Test
    void theTabKeyCompletesCommandsPodsAndContainers() {
        assertThat(cluster.complete("cntr", "att").ok().out()).startsWith("attach\n");
        assertThat(cluster.complete("cntr", "attach", "--ttl", "5m", Targets.ON_SERVER.substring(0, 9))
                        .ok()
                        .out())
                .contains(Targets.ON_SERVER + "\n");
        assertThat(cluster.complete("cntr", "attach", "pod/" + Targets.ON_SERVER, "-c", "")
                        .ok()
                        .out())
                .startsWith("app\n");
        String node = cluster.nodes().getLast().name();
        assertThat(cluster.complete("cntr", "attach", "node/" + node.substring(0, node.length() - 1))
                        .ok()
                        .out())
                .startsWith("node/" + node + "\n");
        inside("true").ok();
        assertThat(cluster.complete("cntr", "approve", "-n", "default", Targets.ON_SERVER.substring(0, 9))
                        .ok()
                        .out())
                .as("names of sessions")
                .startsWith(Targets.ON_SERVER + "-");
    }

    @Test
    void itSeesTheTargetsProcesses() {
        assertThat(inside("ps -e -o pid=,comm=").ok().out().lines().map(String::strip))
                .contains("1 hello")
                .anyMatch(line -> line.endsWith(" ps"))
                .noneMatch(line -> line.contains("kubelet"));
    }

    @Test
    void theTargetsTreeIsThereWholeAndTheToolsAreAtTheRoot() {
        assertThat(inside("ls /var/lib/cntr").ok().out().lines()).contains("hello", "data", "proc");
        assertThat(inside("echo y > /var/lib/cntr/data/new && cat /var/lib/cntr/data/new && rm /var/lib/cntr/data/new")
                        .ok()
                        .out())
                .isEqualTo("y\n");
        assertThat(inside("echo z > /tmp/new && cat /tmp/new").ok().out()).isEqualTo("z\n");
        assertThat(inside("for t in strace lsof ip; do command -v $t; done")
                        .ok()
                        .out()
                        .lines())
                .hasSize(3);
    }

    @Test
    void namespacesCgroupsAndRightsAreTheTargets() {
        Run run = inside("""
                for n in cgroup ipc net pid uts user; do
                  [ "$(readlink /proc/self/ns/$n)" = "$(readlink /proc/1/ns/$n)" ] || echo "another $n namespace"
                done
                [ "$(cat /proc/self/cgroup)" = "$(cat /proc/1/cgroup)" ] || echo "another cgroup"
                rights() { grep -E '^(Cap|NoNewPrivs|Seccomp|Uid|Gid|Groups)' $1; }
                [ "$(rights /proc/self/status)" = "$(rights /proc/1/status)" ] || echo "other rights: $(rights /proc/self/status)"
                for f in hosts hostname resolv.conf; do cmp /etc/$f /var/lib/cntr/etc/$f || echo "another /etc/$f"; done
                echo checked
                """);
        assertThat(run.ok().out()).isEqualTo("checked\n");
    }

    @Test
    void aRootTargetsRightsAreTheTargetsToo() {
        Run run = cluster.cntr("attach", Targets.SHELL, "-c", "app", "--", "sh", "-c", """
                rights() { grep -E '^(Cap|NoNewPrivs|Seccomp|Uid|Gid|Groups)' $1; }
                [ "$(rights /proc/self/status)" = "$(rights /proc/1/status)" ] && id -u
                """);
        assertThat(run.ok().out()).isEqualTo("0\n");
    }

    @Test
    void theContainerIsTheOneThatWasNamed() {
        assertThat(cluster.cntr("attach", Targets.SHELL, "-c", "side", "--", "printenv", "WHO")
                        .ok()
                        .out())
                .isEqualTo("side\n");
        assertThat(cluster.cntr("attach", Targets.SHELL, "--", "printenv", "WHO")
                        .exit())
                .as("without -c the first container is taken")
                .isEqualTo(1);
    }

    @Test
    void eachPodIsServedByItsOwnNodesAgent() {
        for (String pod : List.of(Targets.ON_SERVER, Targets.ON_WORKER)) {
            assertThat(cluster.cntr("attach", pod, "--", "cat", "/proc/sys/kernel/hostname")
                            .ok()
                            .out())
                    .isEqualTo(pod + "\n");
        }
        Map<String, String> agentOfPod = cluster.kubectl(
                        "get",
                        "debugsessions",
                        "-o",
                        "jsonpath={range .items[*]}{.spec.target.pod} {.status.nodeName} {.status.agentPod}{\"\\n\"}{end}")
                .ok()
                .out()
                .lines()
                .map(line -> line.split(" "))
                .collect(Collectors.toMap(w -> w[0], w -> w[1] + " " + w[2], (a, _) -> a));
        assertThat(agentOfPod.get(Targets.ON_SERVER))
                .startsWith(cluster.nodes().getFirst().name() + " ");
        assertThat(agentOfPod.get(Targets.ON_WORKER))
                .startsWith(cluster.nodes().getLast().name() + " ");
        assertThat(agentOfPod.get(Targets.ON_SERVER)).isNotEqualTo(agentOfPod.get(Targets.ON_WORKER));
    }

    @Test
    void theExitCodeIsTheCommands() {
        assertThat(inside("exit 7").exit()).isEqualTo(7);
        assertThat(inside("kill -9 $$").exit()).isEqualTo(137);
        Run missing = cluster.cntr("attach", Targets.ON_SERVER, "--", "no-such-program");
        assertThat(missing.exit()).isEqualTo(127);
        assertThat(missing.err()).contains("no-such-program");
        Run forbidden = cluster.cntr("attach", Targets.ON_SERVER, "--", "/etc/hostname");
        assertThat(forbidden.exit()).isEqualTo(126);
        assertThat(forbidden.err()).contains("/etc/hostname");
    }

    @Test
    void outputAndErrorsArriveApart() {
        Run run =
                cluster.cntr("attach", "-q", Targets.ON_SERVER, "--", "sh", "-c", "printf 'a\\nb'; printf 'c\\nd' >&2");
        assertThat(run.ok().stdout()).isEqualTo("a\nb".getBytes(UTF_8));
        assertThat(run.err()).isEqualTo("c\nd");
    }

    @Test
    void theEndOfInputArrives() {
        Run run = cluster.cntrWith(
                "some input".getBytes(UTF_8),
                "attach",
                Targets.ON_SERVER,
                "-i",
                "--",
                "sh",
                "-c",
                "cat; echo; echo end");
        assertThat(run.ok().out()).isEqualTo("some input\nend\n");
    }

    @Test
    void tenMegabytesPassBothWaysUnchanged() throws Exception {
        byte[] data = new byte[10_000_000];
        new Random(7).nextBytes(data);
        Run echo = cluster.cntrWith(data, "attach", Targets.ON_SERVER, "-i", "--", "cat");
        assertThat(sha256(echo.ok().stdout())).isEqualTo(sha256(data));
    }

    @Test
    void aHundredShortCommandsLoseNoByte() {
        List<Run> wrong = Stream.generate(() -> cluster.cntr("attach", Targets.ON_SERVER, "--", "echo", "0123456789"))
                .limit(100)
                .filter(run -> run.exit() != 0 || !run.out().equals("0123456789\n"))
                .toList();
        assertThat(wrong).isEmpty();
    }

    private static String sha256(byte[] data) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(data));
    }
}
