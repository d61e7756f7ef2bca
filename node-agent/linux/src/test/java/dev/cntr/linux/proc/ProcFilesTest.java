package dev.cntr.linux.proc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** Each file's text as recorded on machines of every kind. */
class ProcFilesTest {

    @Test
    void statEndsTheCommandAtTheLastParenthesis() {
        ProcessStat s = ProcessStat.parse("4242 (a) S 1 (b\nc)) S 4200 4242 4242 34816 4242 4194560 1 2 3 4 5 6 7 8"
                + " 20 -5 1 0 123456789012 4096 5 18446744073709551615 1 1 0 0 0 0 0 0 0 0 0 0 17 1 0 0 0 0 0\n");
        assertThat(s).isEqualTo(new ProcessStat(4242, "a) S 1 (b\nc)", 'S', 4200, -5, 123456789012L));
        assertThatThrownBy(() -> ProcessStat.parse("12 (x) S 1")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void cgroupOfV1AndHybrid() {
        List<CgroupMembership> lines = CgroupMembership.parse("""
                12:cpu,cpuacct:/kubepods/besteffort/pod1/abc
                1:name=systemd:/a:b/c
                0::/system.slice/containerd.service (deleted)
                """);
        assertThat(lines)
                .containsExactly(
                        new CgroupMembership(12, List.of("cpu", "cpuacct"), "/kubepods/besteffort/pod1/abc"),
                        new CgroupMembership(1, List.of("name=systemd"), "/a:b/c"),
                        new CgroupMembership(0, List.of(), "/system.slice/containerd.service"));
        assertThat(lines).extracting(CgroupMembership::v2).containsExactly(false, false, true);
    }

    @Test
    void mountinfoWithEscapesAndAnyNumberOfOptionalFields() {
        List<MountInfo> mounts = MountInfo.parse("""
                31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
                40 31 0:37 /../.. /a\\040b\\134c\\011d ro,nosuid shared:7 master:2 propagate_from:1 - cgroup cgr\\040oup rw,name=systemd
                41 31 0:38 / /x rw unbindable - fuse.cntr  rw
                """);
        assertThat(mounts.get(0).sharedGroup()).isEmpty();
        MountInfo second = mounts.get(1);
        assertThat(second.mountPoint()).isEqualTo("/a b\\c\td");
        assertThat(second.root()).isEqualTo("/../..");
        assertThat(second.options()).containsExactly("ro", "nosuid");
        assertThat(second.sharedGroup()).isEqualTo(OptionalInt.of(7));
        assertThat(second.propagation()).containsExactly("shared:7", "master:2", "propagate_from:1");
        assertThat(second.source()).isEqualTo("cgr oup");
        assertThat(second.superOptions()).containsExactly("rw", "name=systemd");
        assertThat(mounts.get(2).type()).isEqualTo("fuse.cntr");
        assertThat(mounts.get(2).source()).isEmpty();
        assertThatThrownBy(() -> MountInfo.parse("1 2 0:3 / / rw shared:1\n")).hasMessageContaining("shared:1");
    }

    @Test
    void limits() {
        var limits = ResourceLimit.parse("""
                Limit                     Soft Limit           Hard Limit           Units    \s
                Max cpu time              unlimited            unlimited            seconds  \s
                Max open files            1024                 524288               files    \s
                Max realtime timeout      unlimited            unlimited            us       \s
                Max of something new      1                    2                    us       \s
                """);
        assertThat(limits)
                .containsOnlyKeys(ResourceLimit.RLIMIT_CPU, ResourceLimit.RLIMIT_NOFILE, ResourceLimit.RLIMIT_RTTIME)
                .containsEntry(ResourceLimit.RLIMIT_NOFILE, new ResourceLimit.Range(1024, 524288))
                .containsEntry(
                        ResourceLimit.RLIMIT_CPU,
                        new ResourceLimit.Range(ResourceLimit.UNLIMITED, ResourceLimit.UNLIMITED));
    }

    @Test
    void idsMapBothWays() {
        IdMap map = IdMap.parse("         0     100000      65536\n     65536          5          1\n");
        assertThat(map.identity()).isFalse();
        assertThat(map.outside(1000)).isEqualTo(OptionalLong.of(101000));
        assertThat(map.inside(165535)).isEqualTo(OptionalLong.of(65535));
        assertThat(map.inside(165536)).isEmpty();
        assertThat(map.outside(65536)).isEqualTo(OptionalLong.of(5));
        assertThat(map.outside(65537)).isEmpty();
        assertThat(map.inside(0)).isEmpty();
        assertThat(IdMap.parse("         0          0 4294967295\n").identity()).isTrue();
        assertThat(IdMap.parse("").outside(0)).isEmpty();
    }

    @Test
    void environmentKeepsEveryByteAndItsOrder() {
        byte[] environ = "B=1\0A=\u00e9\n\0\0A=2".getBytes(StandardCharsets.ISO_8859_1);
        assertThat(ProcessFiles.splitByZero(environ))
                .extracting(b -> new String(b, StandardCharsets.ISO_8859_1))
                .containsExactly("B=1", "A=\u00e9\n", "", "A=2");
        assertThat(ProcessFiles.splitByZero(new byte[0])).isEmpty();
    }
}
