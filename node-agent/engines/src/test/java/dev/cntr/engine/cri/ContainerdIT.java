package dev.cntr.engine.cri;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cntr.engine.EngineException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real containerd of the test's own. Its containers are the cluster's tests' matter. */
class ContainerdIT {
    private static final Path CONTAINERD = Path.of("/usr/bin/containerd");

    @TempDir
    Path dir;

    private Process containerd;
    private CriEngine engine;

    @BeforeEach
    void start() throws Exception {
        Assumptions.assumeTrue(Files.isExecutable(CONTAINERD), "containerd is not installed: run dev/setup");
        Path config = dir.resolve("config.toml");
        Files.writeString(config, """
                version = 2
                root = "%1$s/root"
                state = "%1$s/state"
                [grpc]
                address = "%1$s/c.sock"
                [ttrpc]
                address = "%1$s/t.sock"
                [plugins."io.containerd.grpc.v1.cri"]
                stream_server_address = "127.0.0.1"
                stream_server_port = "0"
                [plugins."io.containerd.grpc.v1.cri".containerd]
                snapshotter = "native"
                [plugins."io.containerd.internal.v1.opt"]
                path = "%1$s/opt"
                """.formatted(dir));
        launch(config);
        engine = CriEngine.on(dir.resolve("c.sock"));
    }

    private void launch(Path config) throws IOException {
        containerd = new ProcessBuilder(CONTAINERD.toString(), "--config", config.toString())
                .redirectErrorStream(true)
                .redirectOutput(dir.resolve("log").toFile())
                .start();
    }

    @AfterEach
    void end() throws Exception {
        if (containerd != null) {
            engine.close();
            stop();
        }
    }

    private void stop() throws InterruptedException {
        containerd.destroy();
        if (!containerd.waitFor(10, TimeUnit.SECONDS)) {
            containerd.destroyForcibly().waitFor();
        }
    }

    @Test
    void itAnswersAndIsReachedAgainAfterARestart() throws Exception {
        awaitVersion();
        engine.checkReady();
        assertThat(engine.list()).isEmpty();
        String id = "ab".repeat(32);
        assertThatThrownBy(() -> engine.running(id))
                .isInstanceOf(EngineException.NotFound.class)
                .hasMessage("cri has no container " + id);
        assertThatThrownBy(() -> engine.find("ab")).isInstanceOf(EngineException.NotFound.class);

        stop();
        assertThatThrownBy(engine::version).isInstanceOf(EngineException.Unreachable.class);
        launch(dir.resolve("config.toml"));
        awaitVersion();
    }

    private void awaitVersion() throws Exception {
        long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (true) {
            try {
                assertThat(engine.version()).startsWith("containerd ");
                return;
            } catch (EngineException e) {
                if (System.nanoTime() > end || !containerd.isAlive()) {
                    throw new AssertionError(Files.readString(dir.resolve("log")), e);
                }
                Thread.sleep(100);
            }
        }
    }
}
