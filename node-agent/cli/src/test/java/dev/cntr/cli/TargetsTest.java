package dev.cntr.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.cntr.engine.ContainerRef;
import dev.cntr.engine.Engine;
import dev.cntr.engine.EngineException;
import dev.cntr.engine.RunningContainer;
import dev.cntr.linux.proc.PinnedProcess;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TargetsTest {
    private static final int MYSELF = (int) ProcessHandle.current().pid();
    private static final ContainerRef WEB = new ContainerRef("cri", "abc123", "default/web/app");

    @Test
    void aNumberIsAProcess() {
        try (PinnedProcess found = new Targets(OneContainer::new).find(TargetType.AUTO, Integer.toString(MYSELF))) {
            assertThat(found.pid()).isEqualTo(MYSELF);
        }
    }

    @Test
    void anythingElseIsAContainer() {
        try (PinnedProcess found = new Targets(OneContainer::new).find(TargetType.AUTO, "abc")) {
            assertThat(found.pid()).isEqualTo(MYSELF);
        }
    }

    @Test
    void whatIsNothingIsRefusedWithEverythingThatWasTried() {
        assertThatExceptionOfType(NoSuchTargetException.class)
                .isThrownBy(() -> new Targets(OneContainer::new).find(TargetType.AUTO, "xyz"))
                .withMessageContaining("By process id: not a number")
                .withMessageContaining("cri has no container xyz");
        assertThatExceptionOfType(NoSuchTargetException.class)
                .isThrownBy(() -> new Targets(OneContainer::new).find(TargetType.PID, "4194305"))
                .withMessage("no process has the id 4194305");
    }

    @Test
    void onlyTheTerminalsVariablesAndThePathAreTheClients() {
        assertThat(AttachCommand.environment(Map.of(
                        "TERM", "xterm", "LANG", "C.UTF-8", "LC_ALL", "C", "PATH", "/bin", "SECRET", "s", "HOME",
                        "/root")))
                .containsOnlyKeys("TERM", "LANG", "LC_ALL", "PATH");
    }

    /** An engine with one container, which is this process. */
    private static final class OneContainer implements Engine {
        @Override
        public String version() {
            return "cri 1";
        }

        @Override
        public RunningContainer running(String id) {
            return new RunningContainer(WEB, MYSELF, "image", Map.of(), Optional.empty());
        }

        @Override
        public RunningContainer find(String reference) {
            if (!WEB.id().startsWith(reference)) {
                throw new EngineException.NotFound("cri", reference);
            }
            return running(WEB.id());
        }

        @Override
        public List<ContainerRef> list() {
            return List.of(WEB);
        }

        @Override
        public void close() {}
    }
}
