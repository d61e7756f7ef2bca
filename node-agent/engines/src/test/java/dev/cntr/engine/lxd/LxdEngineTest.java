package dev.cntr.engine.lxd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cntr.engine.EngineException;
import dev.cntr.engine.rest.HttpDouble;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On answers in the form of LXD's documentation, cut. A real one is asked by {@code EnginesIT} of the CLI. */
class LxdEngineTest {
    @TempDir
    Path dir;

    @Test
    void theEnvironmentSaysWhichDaemon() throws IOException {
        Path socket = dir.resolve("unix.socket");
        try (HttpDouble daemon = new HttpDouble(socket)) {
            daemon.answer("/1.0/instances/web/state?project=default", 200, state("Running", 11));
            for (Map<String, String> environment : List.of(
                    Map.of("LXD_DIR", dir.toString()),
                    Map.of("LXD_SOCKET", socket.toString(), "LXD_DIR", "/nowhere"),
                    Map.of("LXD_DIR", "", "INCUS_DIR", dir.toString()),
                    Map.of("INCUS_SOCKET", socket.toString()))) {
                assertThat(LxdEngine.of(environment).running("web").pid())
                        .as("%s", environment)
                        .isEqualTo(11);
            }
        }
    }

    @Test
    void containersOfAllProjectsAreFound() throws IOException {
        LxdEngine lxd = LxdEngine.on(dir.resolve("s"));
        try (HttpDouble daemon = new HttpDouble(dir.resolve("s"))) {
            daemon.answer("/1.0/instances?recursion=1&all-projects=true", 200, """
                            {"type":"sync","metadata":[
                             {"name":"web","project":"default","status":"Running","type":"container"},
                             {"name":"web","project":"shop","status":"Running","type":"container"},
                             {"name":"old","project":"default","status":"Stopped","type":"container"},
                             {"name":"vm","project":"default","status":"Running","type":"virtual-machine"}]}
                            """)
                    .answer("/1.0/instances/web/state?project=default", 200, state("Running", 11))
                    .answer("/1.0/instances/web/state?project=shop", 200, state("Running", 12))
                    .answer("/1.0/instances/old/state?project=default", 200, state("Stopped", 0));
            assertThat(lxd.find("web").pid()).isEqualTo(11);
            assertThat(lxd.find("shop/web").pid()).isEqualTo(12);
            assertThatThrownBy(() -> lxd.find("old"))
                    .isInstanceOf(EngineException.NotRunning.class)
                    .hasMessageContaining("Stopped");
            assertThatThrownBy(() -> lxd.find("vm")).isInstanceOf(EngineException.NotFound.class);
            assertThatThrownBy(() -> lxd.running("gone")).isInstanceOf(EngineException.NotFound.class);
        }
    }

    private static String state(String status, int pid) {
        return "{\"metadata\":{\"status\":\"%s\",\"pid\":%d}}".formatted(status, pid);
    }
}
