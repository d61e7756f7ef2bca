package dev.cntr.attach;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.cntr.linux.cgroup.CgroupDirectory;
import dev.cntr.linux.cgroup.CgroupLimits;
import dev.cntr.linux.cgroup.Cgroups;
import dev.cntr.linux.proc.PinnedProcess;
import dev.cntr.linux.program.Exit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Debug containers with limits of their own, beside a target that is in cgroups of the test's. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OwnCgroupIT {
    private static final String TREE = "cntr-own-it-" + ProcessHandle.current().pid();
    private static final String OWN = "own";
    private static final CgroupLimits LIMITS =
            new CgroupLimits(OptionalLong.of(1000), OptionalLong.of(24 << 20), OptionalLong.of(50));

    private final List<Path> tops = new ArrayList<>();
    private TestTarget target;
    private TestTools tools;

    @BeforeAll
    void start(@TempDir Path directory) throws IOException {
        assumeThat(TestTarget.possible())
                .as("/usr/bin/busybox (busybox-static) is installed")
                .isTrue();
        target = TestTarget.start(directory.resolve("target"));
        tools = TestTools.make(directory.resolve("tools"));
        for (CgroupDirectory at : Cgroups.of(target.process().files()).directories()) {
            if (at.membership().controllers().stream()
                    .anyMatch(c -> List.of("cpu", "memory", "pids").contains(c))) {
                Path top = Files.createDirectory(Path.of(at.path(), TREE));
                tops.add(top);
                Path own = Files.createDirectory(top.resolve("target"));
                Files.writeString(
                        own.resolve("cgroup.procs"),
                        Integer.toString(target.process().pid()));
            }
        }
        assumeThat(tops).as("cgroup v1 has the controllers").isNotEmpty();
    }

    @AfterAll
    void stop() throws IOException {
        if (target != null) {
            target.close();
        }
        for (Path top : tops) {
            Files.deleteIfExists(top.resolve("target"));
            Files.delete(top);
        }
    }

    @AfterEach
    void nothingIsLeft() {
        assertThat(tops).allSatisfy(top -> assertThat(top.resolve(OWN)).doesNotExist());
    }

    private Session create(String script) {
        return Session.create(
                target,
                tools,
                Session.command(false, "sh", "-c", script).limited(new OwnCgroup(OWN, Optional.empty(), LIMITS)));
    }

    @Test
    void itIsInCgroupsOfItsOwnAndTheFirstToBeKilled() throws IOException {
        try (Session session = create("true")) {
            Path process = Path.of("/proc/" + session.container().pid());
            List<String> own = Files.readAllLines(process.resolve("cgroup"));
            assertThat(own.stream().filter(line -> line.endsWith("/" + TREE + "/" + OWN)))
                    .hasSize(tops.size());
            assertThat(own)
                    .allSatisfy(line -> assertThat(line.endsWith("/" + OWN)
                                    || target.file("cgroup").lines().anyMatch(line::equals))
                            .as(line)
                            .isTrue());
            assertThat(process.resolve("oom_score_adj")).hasContent("1000");
        }
    }

    /** One process alone: of several, the kernel may kill one more before the memory of the first is given back. */
    @Test
    void whatNeedsTooMuchMemoryIsKilledAndTheTargetIsNot() {
        try (Session session = create("exec dd if=/dev/zero of=/dev/null bs=200000000 count=1")) {
            session.container().start();
            assertThat(session.exit()).isEqualTo(new Exit.Killed(9));
            assertThat(session.container().killedForMemory()).isEqualTo(1);
            assertThat(target.process().exited()).isFalse();
        }
    }

    /** A process that leaves the mount namespace, by which leftovers are known otherwise. */
    @Test
    void whatHidesInAMountNamespaceOfItsOwnIsKilledToo() throws Exception {
        PinnedProcess hidden;
        try (Session session = create("unshare -m sleep 1000 & echo begun; sleep 1000")) {
            session.container().start();
            session.awaitOutput("begun");
            hidden = PinnedProcess.open(hidden(session));
        }
        try (hidden) {
            assertThat(hidden.awaitExit(Duration.ofSeconds(5))).isTrue();
        }
    }

    private int hidden(Session session) throws Exception {
        Path namespace =
                Files.readSymbolicLink(Path.of("/proc/" + session.container().pid() + "/ns/mnt"));
        for (int i = 0; i < 500; i++) {
            for (String pid : Files.readAllLines(tops.getFirst().resolve(OWN).resolve("cgroup.procs"))) {
                Path process = Path.of("/proc/" + pid);
                if (Files.readString(process.resolve("comm")).startsWith("sleep")
                        && !Files.readSymbolicLink(process.resolve("ns/mnt")).equals(namespace)) {
                    return Integer.parseInt(pid);
                }
            }
            Thread.sleep(10);
        }
        throw new AssertionError("no process with a mount namespace of its own");
    }

    @Test
    void aTargetInARootCgroupIsRefusedWithTheReason(@TempDir Path directory) throws IOException {
        try (TestTarget another = TestTarget.start(directory.resolve("another"))) {
            assumeThat(another.file("cgroup").lines().anyMatch(line -> line.endsWith(":pids:/")))
                    .isTrue();
            CgroupLimits pids = new CgroupLimits(OptionalLong.empty(), OptionalLong.empty(), OptionalLong.of(50));
            Command limited = Session.command(false, "true").limited(new OwnCgroup(OWN, Optional.empty(), pids));
            assertThatThrownBy(() -> DebugContainer.create(another.process(), tools.mount(), limited))
                    .isInstanceOf(AttachException.class)
                    .hasMessageContaining("in the root cgroup of pids, beside which there is no other");
        }
    }
}
