package dev.cntr.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Recordings go to a bucket: those that must, before anybody sees anything; those that cannot, late. */
@ExtendWith(Cluster.Extension.class)
@TestInstance(Lifecycle.PER_CLASS)
class BucketE2E {
    @TempDir
    static Path temporary;

    private final Cluster cluster;
    private S3Server server;

    BucketE2E(Cluster cluster) {
        this.cluster = cluster;
    }

    @BeforeAll
    void bucket() throws IOException {
        Targets.apply(cluster);
        server = S3Server.in(temporary);
        cluster.kubectl(
                        "-n",
                        Cluster.SYSTEM,
                        "create",
                        "secret",
                        "generic",
                        "bucket",
                        "--from-literal=AWS_ACCESS_KEY_ID=" + S3Server.KEY,
                        "--from-literal=AWS_SECRET_ACCESS_KEY=" + S3Server.SECRET)
                .ok();
        String s3 = "agent.recording.s3.";
        cluster.install(
                "--set",
                s3 + "endpoint=http://" + cluster.hostAddress() + ":" + server.port(),
                "--set",
                s3 + "bucket=" + S3Server.BUCKET,
                "--set",
                s3 + "prefix=cntr/",
                "--set",
                s3 + "secretName=bucket");
    }

    @AfterAll
    void asItWas() throws InterruptedException {
        server.close();
        noSessions();
        cluster.install();
        cluster.kubectl("-n", Cluster.SYSTEM, "delete", "secret", "bucket").ok();
    }

    @BeforeEach
    void noSessions() {
        cluster.kubectl("delete", "debugsessions", "--all", "--timeout=60s").ok();
    }

    private Run attach(String recording) {
        return cluster.cntr("attach", "--recording=" + recording, Targets.ON_WORKER, "--", "echo", "shown");
    }

    private String session(String jsonPath) {
        return cluster.kubectl("get", "debugsessions", "-o", "jsonpath={.items[0]." + jsonPath + "}")
                .ok()
                .out();
    }

    private String recorded() {
        return session("status.conditions[?(@.type==\"Recorded\")].reason");
    }

    private void awaitKept() throws Exception {
        await().atMost(Duration.ofSeconds(90))
                .untilAsserted(() -> assertThat(recorded()).isEqualTo("RecordingKept"));
        String object = "cntr/" + session("metadata.uid") + "-1.cast";
        assertThat(session("status.recording.location")).isEqualTo("s3://" + S3Server.BUCKET + "/" + object);
        Path file = server.objects().resolve(object);
        byte[] sha256 = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
        assertThat(session("status.recording.sha256")).isEqualTo(HexFormat.of().formatHex(sha256));
        assertThat(cluster.cntr("replay", file.toString()).ok().out()).isEqualTo("shown\n");
        assertThat(cluster.nodes()
                        .getLast()
                        .sh("ls /var/lib/cntr/recordings")
                        .ok()
                        .out())
                .doesNotContain(file.getFileName().toString());
    }

    @Test
    void aRecordingGoesToTheBucket() throws Exception {
        assertThat(attach("Required").ok().out()).isEqualTo("shown\n");
        awaitKept();
    }

    /** Sessions that must be recorded are refused then; recordings of others wait, also for an agent that is started anew. */
    @Test
    void aBucketThatDoesNotAnswerIsWaitedFor() throws Exception {
        server.close();
        try {
            Run refused = attach("Required");
            assertThat(refused.exit()).as(refused.toString()).isEqualTo(125);
            assertThat(refused.out()).isEmpty();
            assertThat(refused.err()).contains("cannot be put to http://");

            noSessions();
            assertThat(attach("BestEffort").ok().out()).isEqualTo("shown\n");
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(recorded()).isEqualTo("RecordingWaits"));
        } finally {
            server.startAgain();
        }
        String agent = cluster.agentOn(cluster.nodes().getLast());
        cluster.kubectl("-n", Cluster.SYSTEM, "delete", "pod", agent).ok();
        awaitKept();
    }
}
