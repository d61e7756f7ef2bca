package dev.cntr.linux.cgroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.cntr.linux.ErrnoException;
import dev.cntr.linux.Fd;
import dev.cntr.linux.Kernel;
import dev.cntr.linux.Memory;
import dev.cntr.linux.OpenFlag;
import dev.cntr.linux.Scratch;
import dev.cntr.linux.Syscall;
import dev.cntr.linux.proc.ProcessFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Real cgroups beside that of a real process, in a tree of the test's own in each hierarchy of this machine. */
class SiblingCgroupIT {
    private static final String TREE =
            "cntr-sibling-it-" + ProcessHandle.current().pid();
    private static final String OWN = "own-of-it";

    private final List<Path> tops = new ArrayList<>();
    private final List<Process> started = new ArrayList<>();
    private Cgroups target;

    @BeforeEach
    void startTarget() throws IOException {
        Process process = start("sleep", "600");
        for (CgroupDirectory at : cgroups(process).directories()) {
            if (at.membership().controllers().contains("cpuset")) {
                continue; // a new cpuset of v1 has no cpus, and takes no process before it has
            }
            Path top = Files.createDirectory(Path.of(at.path(), TREE));
            tops.add(top);
            Path own = Files.createDirectory(top.resolve("target"));
            Files.writeString(own.resolve("cgroup.procs"), Long.toString(process.pid()));
        }
        target = cgroups(process);
    }

    @AfterEach
    void clean() throws Exception {
        for (Process process : started) {
            process.destroyForcibly().waitFor();
        }
        tops.forEach(top -> new CgroupTree(top).remove());
    }

    private Process start(String... command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        started.add(process);
        return process;
    }

    /** One that waits for a line before it does anything. */
    private Process startIn(SiblingCgroup cgroup, String script) throws IOException {
        Process process = start("sh", "-c", "read line; " + script);
        assertThat(cgroup.cgroups().join((int) process.pid())).isEmpty();
        process.outputWriter().append("go\n").flush();
        return process;
    }

    private static Cgroups cgroups(Process process) {
        try (ProcessFiles files = ProcessFiles.open((int) process.pid())) {
            return Cgroups.of(files);
        }
    }

    private SiblingCgroup make(CgroupLimits limits) {
        return SiblingCgroup.make(target, Optional.empty(), OWN, limits);
    }

    private static CgroupLimits limits(long milliCpu, long memory, long pids) {
        return new CgroupLimits(OptionalLong.of(milliCpu), OptionalLong.of(memory), OptionalLong.of(pids));
    }

    private List<Path> left() throws IOException {
        List<Path> found = new ArrayList<>();
        for (Path top : tops) {
            try (Stream<Path> all = Files.walk(top)) {
                all.filter(path -> path.getFileName().toString().equals(OWN)).forEach(found::add);
            }
        }
        return found;
    }

    @Test
    void whatNeedsTooMuchMemoryIsKilledAndTheTargetIsNot() throws Exception {
        try (SiblingCgroup own = make(limits(1000, 16 << 20, 50))) {
            Process hog = startIn(own, "head -c 200000000 /dev/zero | tail -c 199999999");
            assertThat(hog.waitFor(20, TimeUnit.SECONDS)).isTrue();
            assertThat(hog.exitValue()).isEqualTo(137);
            assertThat(own.killedForMemory()).isPositive();
            assertThat(started.getFirst().isAlive()).isTrue();
        }
        assertThat(left()).isEmpty();
    }

    @Test
    void noMoreProcessesCanBeMadeThanItMayHave() throws Exception {
        try (SiblingCgroup own = make(limits(1000, 64 << 20, 8))) {
            Process forks = startIn(own, "for i in 1 2 3 4 5 6 7 8 9 10 11 12; do sleep 30 & done; echo made all");
            String said = forks.inputReader().readLine();
            assertThat(said).contains("fork").doesNotContain("made all");
        }
        assertThat(left()).isEmpty();
    }

    @Test
    void theCpuIsThrottled() throws Exception {
        try (SiblingCgroup own = make(limits(100, 64 << 20, 50))) {
            Process busy = startIn(own, "while :; do :; done");
            CgroupFiles files = own.cgroups().directories().stream()
                    .map(directory -> new CgroupFiles(Path.of(directory.path())))
                    .filter(directory -> directory.directory().endsWith(OWN) && directory.has("cpu.stat"))
                    .findFirst()
                    .orElseThrow();
            for (int i = 0; i < 200 && files.number("cpu.stat", "nr_throttled").orElse(0) == 0; i++) {
                Thread.sleep(50);
            }
            assertThat(files.number("cpu.stat", "nr_throttled").orElse(0)).isPositive();
            assertThat(busy.isAlive()).isTrue();
        }
        assertThat(left()).isEmpty();
    }

    @Test
    void theEndKillsWhatIsStillThereAndWhatWasMadeBelow() throws Exception {
        SiblingCgroup own = make(limits(1000, 64 << 20, 50));
        Process stays = startIn(own, "exec sleep 600");
        for (Path directory : left()) {
            Path below = Files.createDirectory(directory.resolve("below"));
            Files.writeString(below.resolve("cgroup.procs"), Long.toString(stays.pid()));
        }
        own.close();
        assertThat(stays.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(left()).isEmpty();
        own.close();
        assertThat(started.getFirst().isAlive()).isTrue();
    }

    @Test
    void whatAKilledProgramLeftIsSwept() throws Exception {
        Process stays = startIn(make(limits(1000, 64 << 20, 50)), "exec sleep 600");
        assertThat(CgroupTree.sweep("another", _ -> false, tops)).isEmpty();
        List<Path> before = left();
        assertThat(before).isNotEmpty();
        assertThat(CgroupTree.sweep("own-of-", "it"::equals, tops)).isEmpty();
        assertThat(stays.isAlive()).isTrue();
        assertThat(CgroupTree.sweep("own-of-", "its"::equals, tops))
                .containsExactlyInAnyOrderElementsOf(
                        before.stream().map(Path::toString).toList());
        assertThat(stays.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(left()).isEmpty();
        assertThat(started.getFirst().isAlive()).isTrue();
    }

    @Test
    void whatCannotBeLimitedLeavesNothing() throws IOException {
        SiblingCgroup first = make(limits(1000, 64 << 20, 50));
        assertThatThrownBy(() -> make(limits(1000, 64 << 20, 50)))
                .isInstanceOf(CgroupException.class)
                .hasMessageContaining(OWN);
        first.close();
        assertThat(left()).isEmpty();
    }

    /** On v2 the devices that a container may open are said by a BPF program of its cgroup. */
    @Test
    void theDevicesOfTheTargetsCgroupAreThoseOfItsSibling() throws Exception {
        Optional<Path> mounted = tops.stream()
                .filter(top -> Files.exists(top.resolve("cgroup.controllers")))
                .findFirst();
        assumeThat(mounted).as("cgroup v2 is mounted").isPresent();
        Path v2 = mounted.orElseThrow();
        Path own = Files.createDirectory(v2.resolve(OWN));
        Process before = inCgroup(own, "cat /dev/null && echo opened");
        assertThat(before.inputReader().readLine()).isEqualTo("opened");
        denyAllDevices(v2.resolve("target"));

        CgroupPrograms.copy(List.of(v2.resolve("target")), own);

        Process after = inCgroup(own, "cat /dev/null && echo opened");
        assertThat(after.inputReader().readLine()).contains("/dev/null").doesNotContain("opened");
    }

    private Process inCgroup(Path cgroup, String script) throws IOException {
        Process process = start("sh", "-c", "read line; " + script);
        Files.writeString(cgroup.resolve("cgroup.procs"), Long.toString(process.pid()));
        process.outputWriter().append("go\n").flush();
        return process;
    }

    /** Two instructions, {@code r0 = 0; exit}: bpf(2), BPF_PROG_LOAD of BPF_PROG_TYPE_CGROUP_DEVICE, and BPF_PROG_ATTACH. */
    private static void denyAllDevices(Path cgroup) {
        try (Scratch s = new Scratch();
                Fd directory = Fd.open(cgroup.toString(), OpenFlag.O_RDONLY, OpenFlag.O_DIRECTORY)) {
            long load = s.allocate(64);
            Memory.putInt(load, 15);
            Memory.putInt(load + 4, 2);
            Memory.putLong(load + 8, s.longs(0xb7, 0x95));
            Memory.putLong(load + 16, s.string("GPL"));
            try (Fd program = Fd.of(Kernel.current().call(Syscall.BPF, 5, load, 64), Syscall.BPF, "BPF_PROG_LOAD")) {
                long attach = s.ints(directory.number(), program.number(), 6, 2);
                ErrnoException.check(Kernel.current().call(Syscall.BPF, 8, attach, 16), Syscall.BPF, "BPF_PROG_ATTACH");
            }
        }
    }
}
