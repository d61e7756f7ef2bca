package dev.cntr.engine.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cntr.engine.ContainerRef;
import dev.cntr.engine.EngineException;
import dev.cntr.engine.rest.HttpDouble;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On answers as docker 20.10 and podman 4.3 give them, cut. */
class DockerEngineTest {
    private static final String WEB = "aa11" + "0".repeat(60);
    private static final String OLD = "aa22" + "0".repeat(60);

    @TempDir
    Path dir;

    private HttpDouble daemon;
    private DockerEngine docker;

    @BeforeEach
    void start() throws IOException {
        docker = DockerEngine.of("unix://" + dir.resolve("docker.sock"));
        daemon = new HttpDouble(dir.resolve("docker.sock"))
                .answer("/containers/web/json", 200, inspected(WEB, "running", 4242))
                .answer("/containers/" + WEB + "/json", 200, inspected(WEB, "running", 4242))
                .answer("/containers/" + OLD + "/json", 200, inspected(OLD, "exited", 0))
                .answer("/containers/json?all=1", 200, """
                        [{"Id":"%s","Names":["/proxy/alias","/web"],"Image":"nginx","State":"running","Status":"Up"},
                         {"Id":"%s","Names":["/old"],"Image":"nginx","State":"exited","Status":"Exited (3)"}]
                        """.formatted(WEB, OLD));
    }

    @AfterEach
    void end() throws IOException {
        daemon.close();
    }

    private static String inspected(String id, String state, int pid) {
        return """
                {"Id":"%s","Name":"/web","State":{"Status":"%s","Running":%s,"Paused":false,"Pid":%d,"ExitCode":3},
                 "Config":{"Image":"nginx:1","Labels":{"a":"b"}}}
                """.formatted(id, state, state.equals("running"), pid);
    }

    @Test
    void aRunningContainerIsFoundByNameIdAndItsBeginning() {
        for (String reference : new String[] {"web", WEB, "aa1"}) {
            var container = docker.find(reference);
            assertThat(container.ref()).as(reference).isEqualTo(new ContainerRef("docker", WEB, "web"));
            assertThat(container.pid()).isEqualTo(4242);
            assertThat(container.image()).isEqualTo("nginx:1");
            assertThat(container.labels()).containsEntry("a", "b");
        }
    }

    @Test
    void theRunningOneIsMeantWhereDockerSaysAmbiguous() {
        daemon.answer("/containers/aa/json", 400, "{\"message\":\"Multiple IDs found with provided prefix: aa\"}");
        assertThat(docker.find("aa").ref().id()).isEqualTo(WEB);
        daemon.answer("/containers/aa/json", 500, "{\"message\":\"more than one result for container name or ID aa\"}");
        assertThat(docker.find("aa").ref().id()).isEqualTo(WEB);
    }

    @Test
    void whatDoesNotRunSaysWhy() {
        assertThatThrownBy(() -> docker.find("old"))
                .isInstanceOf(EngineException.NotRunning.class)
                .hasMessageContaining("exited with code 3");
        daemon.answer(
                "/containers/web/json",
                200,
                inspected(WEB, "paused", 4242).replace("\"Paused\":false", "\"Paused\":true"));
        assertThatThrownBy(() -> docker.find("web"))
                .isInstanceOf(EngineException.NotRunning.class)
                .hasMessageContaining("unpause it");
    }

    @Test
    void whatIsNotThere() {
        for (String reference : new String[] {"", "nothing", "../images", "web/../../x", "w b"}) {
            assertThatThrownBy(() -> docker.find(reference)).as(reference).isInstanceOf(EngineException.NotFound.class);
        }
        assertThatThrownBy(() -> docker.running("web")).isInstanceOf(EngineException.NotFound.class);
    }

    @Test
    void aListHasNamesAndStates() {
        assertThat(docker.list())
                .extracting(c -> c.ref().name() + " " + c.state() + " " + c.running())
                .containsExactly("web running true", "old exited false");
    }

    @Test
    void aRefusalIsToldInDockersWords() {
        daemon.answer("/containers/json?all=1", 500, "{\"message\":\"on fire\"}");
        assertThatThrownBy(docker::list)
                .isInstanceOf(EngineException.Unreachable.class)
                .hasMessageContaining("500 on fire");
    }

    @Test
    void anotherMachinesDockerIsRefused() {
        assertThatThrownBy(() -> DockerEngine.of("tcp://10.0.0.1:2375"))
                .isInstanceOf(EngineException.Unsupported.class)
                .hasMessageContaining("only containers of this machine");
    }
}
