package dev.cntr.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;

/** Sessions are recorded where they ask for it, are not where they cannot be, and end when they are idle. */
@ExtendWith(Cluster.Extension.class)
@TestInstance(Lifecycle.PER_CLASS)
class RecordingE2E {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Cluster cluster;

    RecordingE2E(Cluster cluster) {
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

    /** The one session that there is, when it is over. */
    private JsonNode session() {
        JsonNode[] found = new JsonNode[1];
        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
            JsonNode items =
                    json(cluster.kubectl("get", "debugsessions", "-o", "json")).path("items");
            assertThat(items).hasSize(1);
            assertThat(items.get(0).at("/status/finishedAt").isMissingNode()).isFalse();
            found[0] = items.get(0);
        });
        return found[0];
    }

    private static JsonNode json(Run run) throws IOException {
        return JSON.readTree(run.ok().stdout());
    }

    private static JsonNode condition(JsonNode session, String type) {
        for (JsonNode condition : session.at("/status/conditions")) {
            if (condition.path("type").asText().equals(type)) {
                return condition;
            }
        }
        throw new AssertionError("no condition " + type + " in " + session.path("status"));
    }

    private Run onAgent(String agentPod, String... command) {
        List<String> arguments = new ArrayList<>(List.of("exec", "-n", Cluster.SYSTEM, agentPod, "--"));
        arguments.addAll(List.of(command));
        return cluster.kubectl(arguments.toArray(String[]::new));
    }

    private void awaitEvent(JsonNode session, String reason) {
        String name = session.at("/metadata/name").asText();
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(cluster.kubectl(
                                        "get",
                                        "events",
                                        "--field-selector=involvedObject.kind=DebugSession,involvedObject.name=" + name,
                                        "-o",
                                        "jsonpath={.items[*].reason}")
                                .ok()
                                .out())
                        .contains(reason));
    }

    @Test
    void whatIsShownIsRecordedAndNotWhatIsTyped() throws IOException, NoSuchAlgorithmException {
        Run run = cluster.cntrWith(
                "hunter2\n".getBytes(UTF_8),
                "attach",
                "--recording=Required",
                "-i",
                Targets.ON_SERVER,
                "--",
                "sh",
                "-c",
                "read word; printf 'gr\\303'; sleep 0.2; printf '\\274n\\n'; sleep 0.2; echo wrong >&2; exit 7");
        assertThat(run.exit()).as(run.toString()).isEqualTo(7);

        JsonNode session = session();
        JsonNode recording = session.at("/status/recording");
        assertThat(condition(session, "Recorded").path("status").asText()).isEqualTo("True");
        assertThat(recording.path("id").asText())
                .isEqualTo(session.at("/metadata/uid").asText() + "-1");
        String agent = session.at("/status/agentPod").asText();
        String file = recording.path("location").asText();
        byte[] bytes = onAgent(agent, "cat", file).ok().stdout();
        assertThat(bytes).hasSize(recording.path("bytes").asInt());
        String sha256 =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        assertThat(recording.path("sha256").asText()).isEqualTo(sha256);
        assertThat(onAgent(agent, "stat", "-c", "%a %U", file, "/recordings")
                        .ok()
                        .out())
                .isEqualTo("600 root\n700 root\n");

        List<String> lines = new String(bytes, UTF_8).lines().toList();
        assertThat(JSON.readTree(lines.getFirst()).path("version").asInt()).isEqualTo(2);
        StringBuilder shown = new StringBuilder();
        double last = 0;
        for (String line : lines.subList(1, lines.size())) {
            JsonNode event = JSON.readTree(line);
            assertThat(event.get(0).asDouble()).isGreaterThanOrEqualTo(last);
            last = event.get(0).asDouble();
            if (event.get(1).asText().equals("o")) {
                shown.append(event.get(2).asText());
            }
        }
        assertThat(shown.toString()).contains("grün\n").contains("wrong\n");
        assertThat(new String(bytes, UTF_8)).doesNotContain("hunter2");

        assertThat(cluster.kubectl("-n", Cluster.SYSTEM, "logs", agent).ok().out())
                .contains("\"audit\":\"recorded\"")
                .contains("\"complete\":true")
                .contains(sha256);
        awaitEvent(session, "RecordingKept");
    }

    /** The tools' tree is that of the agent's image, without what is mounted into it. */
    @Test
    void recordingsAreNotAmongTheTools() {
        assertThat(cluster.cntr("attach", Targets.ON_SERVER, "--", "sh", "-c", "ls -A /recordings 2>&1 || :")
                        .ok()
                        .out())
                .isIn("", "ls: cannot access '/recordings': No such file or directory\n");
    }

    @Test
    void onAFullDiskNothingIsShownThatMustBeRecorded() {
        Cluster.Node node = cluster.nodes().getFirst();
        String agent = cluster.agentOn(node);
        String pid = node.sh("grep -lz '[d]ev.cntr.agent.Main' /proc/[0-9]*/cmdline | head -1 | cut -d/ -f3")
                .ok()
                .out()
                .strip();
        node.sh("mount -N " + pid + " -t tmpfs -o size=64k full /recordings").ok();
        try {
            onAgent(agent, "sh", "-c", "cat /dev/zero > /recordings/fill 2>/dev/null || true")
                    .ok();
            Run refused = cluster.cntr("attach", "--recording=Required", Targets.ON_SERVER, "--", "echo", "shown");
            assertThat(refused.exit()).as(refused.toString()).isEqualTo(125);
            assertThat(refused.out()).isEmpty();
            assertThat(refused.err()).contains("No space left on device");

            noSessions(); // the plugin has deleted the one that came to nothing
            Run unrecorded = cluster.cntr("attach", "--recording=BestEffort", Targets.ON_SERVER, "--", "echo", "shown");
            assertThat(unrecorded.ok().out()).isEqualTo("shown\n");
            JsonNode session = session();
            assertThat(condition(session, "Recorded").path("status").asText()).isEqualTo("False");
            assertThat(condition(session, "Completed").path("reason").asText()).isEqualTo("Exited");
            awaitEvent(session, "RecordingIncomplete");

            noSessions();
            onAgent(agent, "rm", "/recordings/fill").ok();
            Run ended = cluster.cntr(
                    "attach",
                    "--recording=Required",
                    Targets.ON_SERVER,
                    "--",
                    "sh",
                    "-c",
                    "head -c 300000 /dev/zero | tr '\\0' x; sleep 60");
            assertThat(ended.exit()).as(ended.err()).isEqualTo(125);
            assertThat(ended.err()).contains("No space left on device");
            assertThat(ended.stdout()).hasSizeLessThan(64 * 1024);
            session = session();
            assertThat(condition(session, "Stalled").path("reason").asText()).isEqualTo("RecordingFailed");
            assertThat(condition(session, "Recorded").path("reason").asText()).isEqualTo("RecordingIncomplete");
            assertThat(onAgent(
                                    agent,
                                    "tail",
                                    "-c1",
                                    session.at("/status/recording/location").asText())
                            .ok()
                            .out())
                    .isEqualTo("\n");
        } finally {
            node.sh("umount -N " + pid + " /recordings").ok();
        }
    }

    @Test
    void anIdleSessionEndsAndAnActiveOneDoesNot() {
        CompletableFuture<Run> active = CompletableFuture.supplyAsync(() -> cluster.cntr(
                "attach",
                "--idle-timeout=4s",
                Targets.ON_WORKER,
                "--",
                "sh",
                "-c",
                "for i in 1 2 3 4 5 6 7; do echo $i; sleep 1; done"));
        Run idle = cluster.cntr("attach", "--idle-timeout=4s", Targets.ON_SERVER, "--", "sleep", "600");
        assertThat(idle.exit()).as(idle.toString()).isEqualTo(118);
        assertThat(idle.err()).contains("nothing was typed or shown for 4 s");
        assertThat(active.join().ok().out()).isEqualTo("1\n2\n3\n4\n5\n6\n7\n");
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(cluster.kubectl(
                                        "get",
                                        "debugsessions",
                                        "-o",
                                        "jsonpath={.items[*].status.conditions[?(@.type==\"Completed\")].reason}")
                                .ok()
                                .out()
                                .split(" "))
                        .containsExactlyInAnyOrder("IdleTimeout", "Exited"));
    }
}
