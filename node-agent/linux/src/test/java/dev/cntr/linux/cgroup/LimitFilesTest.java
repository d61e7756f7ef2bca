package dev.cntr.linux.cgroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cntr.linux.cgroup.CgroupLimits.Controller;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is written to which file, on directories with the files of v1 and v2. */
class LimitFilesTest {
    private static final CgroupLimits ALL =
            new CgroupLimits(OptionalLong.of(500), OptionalLong.of(64 << 20), OptionalLong.of(100));

    @TempDir
    private Path top;

    private Path cgroup(String path, Map<String, String> files) throws IOException {
        Path directory = Files.createDirectories(top.resolve(path));
        for (Map.Entry<String, String> file : files.entrySet()) {
            Files.writeString(directory.resolve(file.getKey()), file.getValue());
        }
        return directory;
    }

    private static String value(Path cgroup, String file) throws IOException {
        return Files.readString(cgroup.resolve(file));
    }

    @Test
    void v2HasEveryLimitOfItsOwnAndNothingIsSwapped() throws IOException {
        Path neighbour = cgroup("pod/target", Map.of("memory.max", "1000000\n", "cpu.max", "max 100000\n"));
        Path own = cgroup(
                "pod/own",
                Map.of(
                        "memory.max", "max\n",
                        "memory.high", "max\n",
                        "memory.swap.max", "max\n",
                        "cpu.max", "max 100000\n",
                        "cpu.weight", "100\n",
                        "pids.max", "max\n"));
        new LimitFiles(own, neighbour, ALL).writeV2();
        assertThat(value(own, "memory.max")).isEqualTo("67108864");
        assertThat(value(own, "memory.swap.max")).isEqualTo("0");
        assertThat(value(own, "cpu.max")).isEqualTo("50000 100000");
        assertThat(value(own, "cpu.weight")).isEqualTo("20");
        assertThat(value(own, "pids.max")).isEqualTo("100");
    }

    @Test
    void onV2WhatIsNotNamedIsLimitedAsTheNeighbourIs() throws IOException {
        Map<String, String> limited = Map.of(
                "memory.max", "128000000\n",
                "cpu.max", "20000 100000\n",
                "pids.max", "50\n",
                "cpuset.cpus", "0-1\n",
                "cpuset.mems", "\n");
        Path neighbour = cgroup("pod/target", limited);
        Path own = cgroup(
                "pod/own",
                Map.of(
                        "memory.max", "max\n",
                        "cpu.max", "max 100000\n",
                        "pids.max", "max\n",
                        "cpuset.cpus", "\n",
                        "cpuset.mems", "\n"));
        new LimitFiles(own, neighbour, new CgroupLimits(OptionalLong.empty(), OptionalLong.empty(), OptionalLong.of(9)))
                .writeV2();
        assertThat(value(own, "memory.max")).isEqualTo("128000000");
        assertThat(value(own, "cpu.max")).isEqualTo("20000 100000");
        assertThat(value(own, "cpuset.cpus")).isEqualTo("0-1");
        assertThat(value(own, "pids.max")).isEqualTo("9");
    }

    @Test
    void aControllerThatThePodHasNotEnabledIsNamed() throws IOException {
        Path own = cgroup("pod/own", Map.of("cgroup.procs", ""));
        assertThatThrownBy(() -> new LimitFiles(own, top, ALL).writeV2())
                .isInstanceOf(CgroupException.class)
                .hasMessageContaining("cpu.max")
                .hasMessageContaining("cgroup.subtree_control of " + top.resolve("pod"));
    }

    @Test
    void v1HasTheLimitsOfTheControllersThatAreThere() throws IOException {
        Path own = cgroup("memory/pod/own", Map.of("memory.memsw.limit_in_bytes", ""));
        new LimitFiles(own, top, ALL).writeV1(EnumSet.of(Controller.MEMORY));
        assertThat(value(own, "memory.limit_in_bytes")).isEqualTo("67108864");
        assertThat(value(own, "memory.memsw.limit_in_bytes")).isEqualTo("67108864");
        assertThat(own.resolve("pids.max")).doesNotExist();
    }

    @Test
    void onV1TheQuotaIsNeverMoreThanThatOfACgroupAbove() throws IOException {
        cgroup("cpu", Map.of("cpu.cfs_quota_us", "-1\n"));
        cgroup("cpu/burstable", Map.of("cpu.cfs_quota_us", "10000\n", "cpu.cfs_period_us", "50000\n"));
        cgroup("cpu/burstable/pod", Map.of("cpu.cfs_quota_us", "-1\n", "cpu.cfs_period_us", "100000\n"));
        Path own = cgroup("cpu/burstable/pod/own", Map.of());
        new LimitFiles(own, top, ALL).writeV1(EnumSet.of(Controller.CPU));
        assertThat(value(own, "cpu.cfs_quota_us")).isEqualTo("20000");
        assertThat(value(own, "cpu.shares")).isEqualTo("512");
    }

    @Test
    void sharesAndWeightAreAsTheKubeletAndRuncComputeThem() {
        assertThat(LimitFiles.shares(1)).isEqualTo(2);
        assertThat(LimitFiles.shares(1000)).isEqualTo(1024);
        assertThat(LimitFiles.weight(2)).isEqualTo(1);
        assertThat(LimitFiles.weight(1024)).isEqualTo(39);
        assertThat(LimitFiles.weight(262_144)).isEqualTo(10_000);
    }
}
