package dev.cntr.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cntr.protocol.ClientStream;
import dev.cntr.protocol.Ending;
import dev.cntr.protocol.Possession;
import dev.cntr.protocol.WindowSize;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Too much of everything, which a user or a target may send: limits hold, and what the agent holds in memory does not grow with it. */
@ExtendWith(Cluster.Extension.class)
@TestInstance(Lifecycle.PER_CLASS)
class ExcessE2E {
    private static final int MIB = 1 << 20;
    /** More than the windows of a stream and what a collector leaves lying about; much less than what passes. */
    private static final int NO_GROWTH = 48 * MIB;

    private final Cluster cluster;
    private final User admin;
    private final Cluster.Node node;

    ExcessE2E(Cluster cluster) {
        this.cluster = cluster;
        admin = new User(
                cluster,
                "system:admin",
                Path.of(Objects.requireNonNull(cluster.environment().get("KUBECONFIG"))));
        node = cluster.nodes().getLast();
    }

    @BeforeAll
    void targets() {
        Targets.apply(cluster);
        cluster.cntr("attach", Targets.ON_WORKER, "--", "true").ok(); // so that the agent is warm
    }

    @AfterAll
    void clean() {
        cluster.kubectl("delete", "debugsessions", "--all", "--timeout=60s").ok();
    }

    private long agentsMemory() {
        String status =
                "cat /proc/$(grep -lz '[d]ev.cntr.agent.Main' /proc/[0-9]*/cmdline | head -1 | cut -d/ -f3)/status";
        return resident(node.sh(status).ok().out());
    }

    private static long resident(String status) {
        return status.lines()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aReaderThatStopsStopsTheCommandAndAllOfItArrives() throws IOException, InterruptedException {
        long size = 128L * MIB;
        long before = agentsMemory();
        Process client = Run.start(
                cluster.environment(),
                cluster.cntrCommand("attach", Targets.ON_WORKER, "--", "head", "-c", "" + size, "/dev/zero"));
        InputStream out = client.getInputStream();
        long read = out.readNBytes(16 * MIB).length;
        Thread.sleep(2000); // nobody reads, everything that may hold something fills up
        assertThat(agentsMemory() - before).isLessThan(NO_GROWTH);
        byte[] buffer = new byte[MIB];
        for (int count = out.read(buffer); count >= 0; count = out.read(buffer)) {
            read += count;
        }
        assertThat(read).isEqualTo(size);
        assertThat(client.waitFor()).isZero();
        assertThat(agentsMemory() - before).isLessThan(NO_GROWTH);
    }

    @Test
    void sizesThatNoTerminalHasAndAFloodOfThemAreBorne() throws IOException {
        long before = agentsMemory();
        String manifest = HandMade.manifest("default", Targets.ON_WORKER, Possession.generate(), "");
        Possession key = Possession.generate();
        String terminal = manifest.replaceAll("ed25519:[^\"]*", key.publicKey())
                .replace("command: [cat]", "command: [sh, -c, \"read line; stty size; echo $line\"], tty: true");
        String name = HandMade.create(admin, terminal).ok().out();
        HandMade session = new HandMade(cluster, "default", name, key);
        session.awaitCondition("Ready");
        ByteArrayOutputStream shown = new ByteArrayOutputStream();
        try (HandMade.Attached attached = session.access().attach(admin, key)) {
            ClientStream stream = attached.stream();
            for (int i = 0; i < 20_000; i++) {
                stream.resize(i % 2 == 0 ? WindowSize.NONE : new WindowSize(0xffff, 0xffff));
            }
            stream.resize(new WindowSize(123, 45));
            Ending ending = stream.run(new ByteArrayInputStream("over\n".getBytes(UTF_8)), shown, shown);
            assertThat(ending).isEqualTo(new Ending.Exited(0));
        }
        assertThat(shown.toString(UTF_8)).contains("45 123", "over");
        assertThat(agentsMemory() - before).isLessThan(NO_GROWTH);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0s", "-1s", "24h1s", "99999h", "99999999999999999999h", "1e9s", "10m10h", "\"\""})
    void aTimeToLiveThatIsNoneIsRefused(String ttl) {
        Run run = HandMade.tryCreate(admin, "default", Targets.ON_WORKER, "ttl: " + ttl);
        assertThat(run.exit()).as(run.toString()).isNotZero();
        assertThat(run.err()).contains("spec.ttl");
    }

    @Test
    void theShortestTimeToLiveIsKept() {
        String name = HandMade.tryCreate(admin, "default", Targets.ON_WORKER, "ttl: 1s")
                .ok()
                .out();
        HandMade session = new HandMade(cluster, "default", name, Possession.generate());
        session.awaitCondition("Completed");
        assertThat(session.field(".status.conditions[?(@.type==\"Completed\")].reason"))
                .isEqualTo("Expired");
    }

    /** One that the API server takes is served as any other. */
    @Test
    void aSpecOfMegabytesIsRefusedAndALargeOneIsServed() {
        String large = "process: {command: [\"true\"], env: [%s]}";
        String variable = "{name: \"V%d\", value: \"%s\"}";
        String plain = HandMade.manifest("default", Targets.ON_WORKER, Possession.generate(), "");
        String tooLarge = plain.replace(
                "process: {command: [cat]}", large.formatted(variable.formatted(0, "x".repeat(3 * MIB / 2))));
        Run run = HandMade.create(admin, tooLarge);
        assertThat(run.exit()).as("a variable of 1.5 MiB").isNotZero();

        String annotated = plain.replace(
                "generateName: hand-",
                "generateName: hand-, annotations: {big: \"%s\"}".formatted("x".repeat(250_000)));
        String name = HandMade.create(admin, annotated).ok().out();
        new HandMade(cluster, "default", name, Possession.generate()).awaitCondition("Ready");
    }
}
