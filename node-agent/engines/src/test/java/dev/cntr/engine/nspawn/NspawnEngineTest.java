package dev.cntr.engine.nspawn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cntr.engine.EngineException;
import dev.cntr.engine.process.ProcessTable;
import dev.cntr.engine.process.ProcessTable.Entry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NspawnEngineTest {
    @TempDir
    Path machines;

    private static Entry process(int pid, int parent, String command, String... arguments) {
        return new Entry(pid, parent, command, List.of(arguments), pid);
    }

    @Test
    void whatMachinedRegisteredIsFound() throws IOException {
        Files.writeString(machines.resolve("box"), """
                # This is private data. Do not parse.
                NAME=box
                SERVICE="systemd-nspawn"
                CLASS=container
                LEADER=77
                """);
        Files.writeString(machines.resolve("virtual"), "NAME=virtual\nCLASS=vm\nLEADER=78\n");
        Files.createSymbolicLink(machines.resolve("unit:machine-box.scope"), Path.of("box"));
        NspawnEngine nspawn = new NspawnEngine(machines, () -> new ProcessTable(List.of()), true);
        assertThat(nspawn.list()).extracting(c -> c.ref().name()).containsExactly("box");
        assertThat(nspawn.find("box").pid()).isEqualTo(77);
        assertThatThrownBy(() -> nspawn.find("virtual")).isInstanceOf(EngineException.NotFound.class);
    }

    @Test
    void withoutMachinedItsOwnProcessTells() {
        NspawnEngine nspawn = new NspawnEngine(
                machines,
                () -> new ProcessTable(List.of(
                        process(10, 1, "systemd-nspawn", "systemd-nspawn", "-q", "-M", "named", "-D", "/srv/a"),
                        process(11, 10, "systemd", "/sbin/init"),
                        process(20, 1, "systemd-nspawn", "systemd-nspawn", "--as-pid2", "--directory=/srv/tree/"),
                        process(21, 20, "(sd-stubinit)", "(sd-stubinit)"),
                        process(22, 21, "app", "/app"))),
                true);
        assertThat(nspawn.find("named").pid()).isEqualTo(11);
        assertThat(nspawn.find("tree").pid())
                .as("not the stub, whose environment is the caller's")
                .isEqualTo(22);
    }

    @Test
    void aMachineWithoutIt() {
        assertThatThrownBy(() ->
                        new NspawnEngine(machines.resolve("none"), () -> new ProcessTable(List.of()), false).list())
                .isInstanceOf(EngineException.Absent.class);
    }
}
