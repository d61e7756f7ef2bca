package dev.cntr.oci.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cntr.linux.Architecture;
import dev.cntr.linux.Syscall;
import dev.cntr.linux.proc.ProcessStatus.CapabilitySets;
import dev.cntr.linux.proc.ProcessStatus.Ids;
import dev.cntr.linux.program.Assembler;
import dev.cntr.linux.program.Op;
import dev.cntr.linux.security.Capabilities;
import dev.cntr.linux.security.Capability;
import dev.cntr.linux.security.SeccompFilter;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class ProcessStepsTest {
    private static final Capabilities ONE = Capabilities.of(Capability.CAP_KILL);

    private static List<Op> steps(boolean noNewPrivileges, Park park, String command) {
        Identity identity = new Identity(
                new Ids(1, 1, 1, 1),
                new Ids(2, 2, 2, 2),
                Optional.of(List.of(7L, 8L)),
                new CapabilitySets(Capabilities.NONE, ONE, ONE, ONE, Capabilities.NONE),
                false,
                noNewPrivileges,
                List.of(new SeccompFilter(new byte[8])),
                0);
        ProcessSettings settings = new ProcessSettings(
                identity,
                List.of(command),
                Environment.of(List.of("PATH=/a:/b:/a")),
                "/",
                OptionalInt.of(022),
                Map.of(),
                Optional.empty(),
                Optional.empty(),
                false,
                true);
        Assembler a = Assembler.reporting(Architecture.X86_64, 3);
        new ProcessSteps(a, settings).emit(park, Capabilities.of(Capability.CAP_KILL, Capability.CAP_CHOWN));
        return a.assemble().ops();
    }

    private static List<Syscall> calls(List<Op> ops) {
        return ops.stream().map(Op::call).toList();
    }

    @Test
    void filtersAreInstalledWithPrivilegesOrLastOfAll() {
        List<Syscall> privileged = calls(steps(false, new Park.OnControl(), "/x"));
        assertThat(privileged.indexOf(Syscall.SECCOMP)).isLessThan(privileged.indexOf(Syscall.SETRESUID));

        List<Syscall> last = calls(steps(true, new Park.OnControl(), "/x"));
        assertThat(last.get(last.indexOf(Syscall.SECCOMP) + 1)).isEqualTo(Syscall.EXECVE);
    }

    @Test
    void onlyWhatIsHeldAndNotWantedIsDroppedFromTheBoundingSet() {
        assertThat(steps(true, new Park.OnControl(), "/x"))
                .filteredOn(op -> op.name().equals("drop from the bounding set"))
                .singleElement()
                .satisfies(op -> assertThat(op.arguments().get(1)).isEqualTo(Capability.CAP_CHOWN.number()));
    }

    @Test
    void groupsGoBeforeTheGroupAndThatBeforeTheUser() {
        assertThat(calls(steps(true, new Park.OnControl(), "/x")))
                .containsSubsequence(Syscall.SETGROUPS, Syscall.SETRESGID, Syscall.SETRESUID, Syscall.CAPSET);
    }

    @Test
    void theDeathSignalFollowsTheLastChangeOfIdentityAndOnlyWithAJvm() {
        List<Op> attended = steps(true, new Park.OnControl(), "/x");
        int capset = calls(attended).indexOf(Syscall.CAPSET);
        assertThat(attended.stream().skip(capset).map(Op::name)).contains("die with the parent");
        assertThat(steps(true, new Park.OnFifo(4), "/x"))
                .noneMatch(op -> op.name().equals("die with the parent"));
    }

    @Test
    void aCommandWithoutSlashIsLookedForInThePath() {
        assertThat(steps(true, new Park.OnControl(), "x"))
                .filteredOn(op -> op.call() == Syscall.EXECVE)
                .extracting(Op::name)
                .containsExactly("execute /a/x", "execute /b/x");
        assertThat(steps(true, new Park.OnFifo(4), "x"))
                .filteredOn(op -> op.call() == Syscall.FACCESSAT)
                .extracting(Op::failing)
                .as("only when it is nowhere has create failed")
                .containsExactly(false, true);
    }
}
