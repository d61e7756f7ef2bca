package dev.cntr.linux.cgroup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cntr.linux.Errno;
import dev.cntr.linux.Kernel;
import dev.cntr.linux.Syscall;
import dev.cntr.linux.ThrowAwayThread;
import dev.cntr.linux.proc.Namespace;
import dev.cntr.linux.proc.ProcessFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two real processes, one joining the other's cgroups of this machine, whichever versions it has. */
class CgroupsIT {
    private static final String NAME =
            "cntr-cgroups-it-" + ProcessHandle.current().pid();

    private final List<Path> made = new ArrayList<>();
    private Process target;
    private Process joining;

    @BeforeEach
    void start() throws IOException {
        target = new ProcessBuilder("sleep", "60").start();
        joining = new ProcessBuilder("sleep", "60").start();
        for (CgroupDirectory d : cgroups(target).directories()) {
            Path cgroup = Path.of(d.path(), NAME);
            if (d.membership().controllers().contains("cpuset")) {
                continue; // a new cpuset of v1 has no cpus, and takes no process before it has
            }
            Files.createDirectory(cgroup);
            made.add(cgroup);
            Files.writeString(cgroup.resolve("cgroup.procs"), Long.toString(target.pid()));
        }
        assertThat(made).isNotEmpty();
    }

    @AfterEach
    void end() throws Exception {
        target.destroyForcibly().waitFor();
        joining.destroyForcibly().waitFor();
        for (Path p : made) {
            Files.delete(p);
        }
    }

    private static Cgroups cgroups(Process process) {
        try (ProcessFiles files = ProcessFiles.open((int) process.pid())) {
            return Cgroups.of(files);
        }
    }

    @Test
    void joiningPutsAProcessIntoEveryCgroupOfTheTarget() {
        Cgroups of = cgroups(target);
        assertThat(of.unreachable()).isEmpty();
        assertThat(of.isIn(NAME)).isTrue();
        assertThat(cgroups(joining).isIn(NAME)).isFalse();

        assertThat(of.join((int) joining.pid())).isEmpty();

        assertThat(cgroups(joining).memberships()).isEqualTo(of.memberships());
    }

    @Test
    void aCgroupThatHasGoneIsReported() throws Exception {
        Cgroups of = cgroups(target);
        target.destroyForcibly().waitFor();
        for (Path p : made) {
            Files.delete(p);
        }
        List<Cgroups.Failure> failures = of.join((int) joining.pid());
        made.clear();
        assertThat(failures).isNotEmpty().allSatisfy(f -> {
            assertThat(f.error().errno()).isEqualTo(Errno.ENOENT);
            assertThat(f.cgroup().path()).endsWith(NAME);
        });
    }

    @Test
    void fromACgroupNamespaceOfItsOwnThePathsAreStillWhole() {
        Cgroups seen = ThrowAwayThread.call("own cgroup namespace", () -> {
            assertThat(Kernel.current().call(Syscall.UNSHARE, Namespace.CGROUP.flag()))
                    .isZero();
            try (ProcessFiles files = ProcessFiles.open((int) target.pid())) {
                // the test's own process stands for pid 1: it stays in the namespace that the thread has left
                return Cgroups.of(files, (int) ProcessHandle.current().pid());
            }
        });
        assertThat(seen).isEqualTo(cgroups(target));
    }
}
