package dev.cntr.engine.podman;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cntr.engine.ContainerRef;
import dev.cntr.engine.EngineException;
import dev.cntr.engine.process.ProcessTable;
import dev.cntr.engine.process.ProcessTable.Entry;
import dev.cntr.engine.rest.HttpDouble;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PodmanEngineTest {
    private static final String ID = "5b43" + "0".repeat(60);

    @TempDir
    Path dir;

    private static Entry process(int pid, int parent, String command, String... arguments) {
        return new Entry(pid, parent, command, List.of(arguments), pid);
    }

    /** As podman 4.3 starts it, cut. */
    private static Entry monitor(int pid, String id, String name, String... more) {
        List<String> arguments = new ArrayList<>(List.of(
                "/usr/bin/conmon", "--api-version", "1", "-c", id, "-u", id, "-r", "/usr/bin/crun", "-n", name));
        arguments.addAll(List.of(more));
        return new Entry(pid, 1, "conmon", arguments, pid);
    }

    private static PodmanEngine withoutService(Entry... processes) {
        return new PodmanEngine(List.of(), () -> new ProcessTable(List.of(processes)), false);
    }

    @Test
    void withoutAServiceTheMonitorsTell() {
        PodmanEngine podman = withoutService(
                monitor(10, ID, "web", "--exit-command", "/usr/bin/podman"),
                process(11, 10, "sleep", "sleep"),
                process(15, 10, "orphan", "orphan"),
                monitor(20, ID, "web", "-e", "--exit-command", "/usr/bin/podman"),
                process(21, 20, "exec", "exec"),
                monitor(30, "cc" + ID, "k8s_app", "--exit-dir", "/var/run/crio/exits"),
                process(31, 30, "app", "app"));
        assertThat(podman.list()).hasSize(1);
        assertThat(podman.find("web").pid()).isEqualTo(11);
        assertThat(podman.find("5b4").ref()).isEqualTo(new ContainerRef("podman", ID, "web"));
        assertThatThrownBy(() -> podman.find("k8s_app")).isInstanceOf(EngineException.NotFound.class);
    }

    @Test
    void aMachineWithoutPodman() {
        assertThatThrownBy(() -> withoutService().list())
                .isInstanceOf(EngineException.Absent.class)
                .hasMessageContaining("not installed");
    }

    @Test
    void aUsersServiceIsNotBelievedAboutOthersProcesses() throws IOException {
        Path socket = dir.resolve("s");
        long victim = ProcessHandle.current().pid(); // whose parent is not a process of that user
        try (HttpDouble service = new HttpDouble(socket)) {
            service.answer("/containers/json?all=1", 200, """
                            [{"Id":"%s","Names":["/web"],"Image":"i","State":"running"}]""".formatted(ID))
                    .answer("/containers/" + ID + "/json", 200, """
                            {"Id":"%s","Name":"web","State":{"Status":"running","Running":true,"Pid":%d}}
                            """.formatted(ID, victim));
            ProcessTable nothing = new ProcessTable(List.of());
            var users = new PodmanEngine(
                    List.of(new PodmanEngine.Service(socket, Optional.of(54321))), () -> nothing, true);
            assertThatThrownBy(() -> users.find("web"))
                    .isInstanceOf(EngineException.Unsupported.class)
                    .hasMessageContaining("not a process of user 54321");
            var roots =
                    new PodmanEngine(List.of(new PodmanEngine.Service(socket, Optional.empty())), () -> nothing, true);
            assertThat(roots.find("web").pid()).isEqualTo((int) victim);
        }
    }

    @Test
    void theSocketsOfAllUsersAreFound() throws IOException {
        Path ours = Files.createDirectories(dir.resolve("run/user/1000/podman")).resolve("podman.sock");
        Files.createFile(ours);
        Files.createDirectories(dir.resolve("run/user/1001"));
        assertThat(PodmanEngine.services(dir.resolve("none"), dir.resolve("run/user")))
                .containsExactly(new PodmanEngine.Service(ours, Optional.of(1000)));
    }
}
