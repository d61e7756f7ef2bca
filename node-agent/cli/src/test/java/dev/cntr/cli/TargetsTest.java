package dev.cntr.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.cntr.engine.ContainerRef;
import dev.cntr.engine.Engine;
import dev.cntr.engine.EngineException;
import dev.cntr.engine.EngineType;
import dev.cntr.engine.Engines;
import dev.cntr.engine.ListedContainer;
import dev.cntr.engine.RunningContainer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;
import org.junit.jupiter.api.Test;

class TargetsTest {
    private static final int MYSELF = (int) ProcessHandle.current().pid();
    private static final ContainerRef WEB = new ContainerRef("cri", "abc123", "default/web/app");

    @Test
    void theContainersProcessIsPinned() {
        try (Targets.Found found = targets(MYSELF).find(List.of(EngineType.CRI), "abc")) {
            assertThat(found.process().pid()).isEqualTo(MYSELF);
            assertThat(found.container().ref()).isEqualTo(WEB);
        }
    }

    @Test
    void aContainerThatEndsMeanwhileIsNotRunning() {
        assertThatExceptionOfType(EngineException.NotRunning.class)
                .isThrownBy(() -> targets(4194304).find(List.of(EngineType.CRI), "abc"))
                .withMessageContaining("default/web/app (cri abc123)")
                .withMessageContaining("4194304 has just ended");
    }

    @Test
    void aContainerThatIsAnotherProcessMeanwhileIsNotEntered() {
        AtomicInteger pid = new AtomicInteger(MYSELF);
        Targets targets = new Targets(new Engines(_ -> new OneContainer(pid::getAndIncrement)));
        assertThatExceptionOfType(EngineException.NotRunning.class)
                .isThrownBy(() -> targets.find(List.of(EngineType.CRI), "abc"))
                .withMessageContaining("restarted meanwhile");
    }

    @Test
    void whatIsNothingIsRefusedWithEverythingThatWasAsked() {
        assertThatExceptionOfType(EngineException.Unresolved.class)
                .isThrownBy(() -> targets(MYSELF).find(List.of(EngineType.CRI, EngineType.DOCKER), "xyz"))
                .withMessageContaining("\n  cri: cri has no container xyz")
                .withMessageContaining("\n  docker: cri has no container xyz");
    }

    @Test
    void eachKindOfFailureHasItsExitCode() {
        assertThat(codeOf(new EngineException.Ambiguous("docker", "a", List.of(WEB, WEB))))
                .isEqualTo(121);
        assertThat(codeOf(new EngineException.NotRunning(WEB, "it is paused"))).isEqualTo(124);
        assertThat(codeOf(new EngineException.NotFound("docker", "a"))).isEqualTo(123);
        assertThat(codeOf(new EngineException.Absent("no docker"))).isEqualTo(120);
        assertThat(codeOf(new EngineException.Unsupported("rkt", null))).isEqualTo(122);
        assertThat(ExitCode.of(new IllegalStateException())).isEqualTo(125);
    }

    /** What cntr exits with when the only engine says something, and that the engine after it does not change it. */
    private static int codeOf(EngineException said) {
        Targets targets = new Targets(new Engines(type -> {
            throw type == EngineType.DOCKER ? said : new EngineException.Absent("no " + type);
        }));
        try (Targets.Found found = targets.find(List.of(EngineType.DOCKER, EngineType.LXC), "a")) {
            throw new AssertionError(found);
        } catch (EngineException e) {
            return ExitCode.of(e);
        }
    }

    private static Targets targets(int pid) {
        return new Targets(new Engines(_ -> new OneContainer(() -> pid)));
    }

    @Test
    void onlyTheTerminalsVariablesAndThePathAreTheClients() {
        assertThat(Foreground.environment(Map.of(
                        "TERM", "xterm", "LANG", "C.UTF-8", "LC_ALL", "C", "PATH", "/bin", "SECRET", "s", "HOME",
                        "/root")))
                .containsOnlyKeys("TERM", "LANG", "LC_ALL", "PATH");
    }

    /** An engine with one container. */
    private record OneContainer(IntSupplier pid) implements Engine {
        @Override
        public String version() {
            return "cri 1";
        }

        @Override
        public RunningContainer running(String id) {
            return new RunningContainer(WEB, pid.getAsInt(), "image", Map.of(), Optional.empty());
        }

        @Override
        public RunningContainer find(String reference) {
            if (!WEB.id().startsWith(reference)) {
                throw new EngineException.NotFound("cri", reference);
            }
            return running(WEB.id());
        }

        @Override
        public List<ListedContainer> list() {
            return List.of(new ListedContainer(WEB, true, "running", "image"));
        }

        @Override
        public void close() {}
    }
}
