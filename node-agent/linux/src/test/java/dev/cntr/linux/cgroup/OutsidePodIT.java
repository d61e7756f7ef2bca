package dev.cntr.linux.cgroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cntr.linux.proc.CgroupMembership;
import dev.cntr.linux.proc.ProcessFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** This program in cgroups like those of a pod, in each hierarchy of this machine; it goes back to its own afterwards. */
class OutsidePodIT {
    private static final int SELF = (int) ProcessHandle.current().pid();
    private static final String TREE = "cntr-outside-it-" + SELF;
    private static final String UID = "8f1d4c36-5a3e-4a53-9d4f-0f6f0f6f0f6f";
    private static final String NAME = "retired-of-it";

    /** Cgroups of the container, each with the one in which this program was. */
    private final Map<Path, Path> containers = new LinkedHashMap<>();

    private final List<Process> started = new ArrayList<>();

    @BeforeEach
    void enterPod() throws IOException {
        for (CgroupDirectory at : cgroups(SELF).directories()) {
            Path home = Path.of(at.path());
            Path container = home.resolve(TREE).resolve("pod" + UID).resolve("c1");
            for (Path made : List.of(home.resolve(TREE), container.resolve("..").normalize(), container)) {
                Files.createDirectory(made);
                for (String file : List.of("cpuset.cpus", "cpuset.mems")) { // or it takes no process
                    if (Files.exists(made.resolve(file))) {
                        Files.writeString(made.resolve(file), Files.readString(home.resolve(file)));
                    }
                }
            }
            containers.put(container, home);
            join(container, SELF);
        }
    }

    @AfterEach
    void clean() throws Exception {
        for (Path home : containers.values()) {
            join(home, SELF);
        }
        for (Process process : started) {
            process.destroyForcibly().waitFor();
        }
        containers.values().forEach(home -> new CgroupTree(home.resolve(TREE)).remove());
    }

    private static void join(Path cgroup, long pid) throws IOException {
        Files.writeString(cgroup.resolve("cgroup.procs"), Long.toString(pid));
    }

    private Process sleep() throws IOException {
        Process process = new ProcessBuilder("sleep", "600").start();
        started.add(process);
        return process;
    }

    private static Cgroups cgroups(int pid) {
        try (ProcessFiles files = ProcessFiles.open(pid)) {
            return Cgroups.of(files);
        }
    }

    private static List<String> paths(long pid) {
        try (ProcessFiles files = ProcessFiles.open((int) pid)) {
            return files.cgroups().stream().map(CgroupMembership::path).toList();
        }
    }

    private List<Path> places() {
        return containers.keySet().stream()
                .map(container -> container.resolve("../..").normalize().resolve(NAME))
                .toList();
    }

    @Test
    void itMovesWithWhatItHasStartedThereAndKeepsItsLimits() throws IOException {
        Process inside = sleep();
        Process elsewhere = sleep();
        for (Map.Entry<Path, Path> one : containers.entrySet()) {
            join(one.getValue(), elsewhere.pid());
            if (Files.exists(one.getKey().resolve("pids.max"))) {
                Files.writeString(one.getKey().resolve("pids.max"), "3210");
            }
        }
        List<String> before = paths(elsewhere.pid());
        try (OutsidePod _ = OutsidePod.move(UID, NAME)) {
            assertThat(paths(SELF)).isNotEmpty().allMatch(path -> path.endsWith("/" + TREE + "/" + NAME));
            assertThat(paths(inside.pid())).isEqualTo(paths(SELF));
            assertThat(paths(elsewhere.pid())).isEqualTo(before);
            assertThat(containers.keySet())
                    .allSatisfy(container ->
                            assertThat(new CgroupFiles(container).processes()).isEmpty());
            assertThat(places().stream().filter(place -> Files.exists(place.resolve("pids.max"))))
                    .isNotEmpty()
                    .allSatisfy(place ->
                            assertThat(place.resolve("pids.max")).content().isEqualToIgnoringNewLines("3210"));
        }
        assertThat(places()).noneMatch(Files::exists);
        assertThat(paths(SELF)).noneMatch(path -> path.contains(TREE));
        assertThat(inside.isAlive()).isTrue();
    }

    @Test
    void whereItCannotItStaysWhereItWas() throws IOException {
        List<String> before = paths(SELF);
        assertThatThrownBy(() -> OutsidePod.move("another-uid", NAME))
                .isInstanceOf(CgroupException.class)
                .hasMessageContaining("another-uid");
        Files.createDirectory(places().getLast());
        assertThatThrownBy(() -> OutsidePod.move(UID, NAME))
                .isInstanceOf(CgroupException.class)
                .hasMessageContaining(NAME);
        assertThat(paths(SELF)).isEqualTo(before);
        assertThat(places()).noneMatch(Files::exists);
    }
}
