package dev.cntr.linux.cgroup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cntr.linux.proc.CgroupMembership;
import dev.cntr.linux.proc.MountInfo;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Where the directories are, on recorded layouts. */
class CgroupsTest {
    private static final String ID = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    @Test
    void v2OfTheHost() {
        assertThat(paths(
                        "0::/kubepods.slice/kubepods-pod1.slice/cri-containerd-" + ID + ".scope",
                        "30 20 0:26 / /sys/fs/cgroup rw shared:4 - cgroup2 cgroup2 rw,nsdelegate"))
                .containsExactly("/sys/fs/cgroup/kubepods.slice/kubepods-pod1.slice/cri-containerd-" + ID + ".scope");
    }

    @Test
    void v1WithControllersInAnyOrderAndV2Beside() {
        assertThat(paths("""
                        4:cpu,cpuacct:/kubepods/pod1/x
                        3:misc:/
                        1:name=systemd:/
                        0::/
                        """, """
                        31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw
                        32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpuacct,cpu
                        40 31 0:37 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,xattr,name=systemd
                        41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw
                        """))
                .containsExactly(
                        "/sys/fs/cgroup/cpu,cpuacct/kubepods/pod1/x",
                        "/sys/fs/cgroup/systemd",
                        "/sys/fs/cgroup/unified");
    }

    @Test
    void theHostsTreeMountedInAContainerOverItsOwn() {
        assertThat(paths("4:memory:/kubepods/pod2/target", """
                        50 1 0:29 /kubepods/pod1/agent /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory
                        51 1 0:29 / /host/sys/fs/cgroup/memory rw - cgroup cgroup rw,memory
                        """))
                .containsExactly("/host/sys/fs/cgroup/memory/kubepods/pod2/target");
    }

    @Test
    void aMountWhoseRootIsDeeper() {
        String mount = "50 1 0:29 /docker/node /sys/fs/cgroup rw - cgroup2 cgroup rw";
        assertThat(paths("0::/docker/node/kubelet/x", mount)).containsExactly("/sys/fs/cgroup/kubelet/x");
        assertThat(paths("0::/docker/node", mount)).containsExactly("/sys/fs/cgroup");
        assertThat(paths("0::/docker/node2/x", mount)).isEmpty();
    }

    @Test
    void pathsOutsideOfTheCgroupNamespaceResolveWhereNoNameIsMissing() {
        String above = "50 1 0:29 /../.. /sys/fs/cgroup rw - cgroup2 cgroup rw";
        assertThat(paths("0::/../../pod2/x", above)).containsExactly("/sys/fs/cgroup/pod2/x");
        assertThat(paths("0::/../x", above)).isEmpty();
        assertThat(paths("0::/../x", "50 1 0:29 / /sys/fs/cgroup rw - cgroup2 cgroup rw"))
                .isEmpty();
    }

    @Test
    void whatNoMountReachesIsReportedButForTheLabelOfAHybrid() {
        Cgroups c = resolve("3:misc:/a\n2:cpu:/a\n0::/a\n", "1 1 0:1 / /cg/cpu rw - cgroup cgroup rw,cpu");
        assertThat(c.unreachable()).extracting(CgroupMembership::hierarchy).containsExactly(3);
        assertThat(resolve("0::/a", "").unreachable()).hasSize(1);
    }

    @Test
    void aContainersCgroupIsKnownByItsName() {
        for (String path : List.of(
                "/kubepods/pod1/" + ID,
                "/k.slice/cri-containerd-" + ID + ".scope",
                "/k.slice/crio-" + ID + ".scope/container",
                "/../../system.slice/docker-" + ID + ".scope")) {
            assertThat(resolve("0::" + path, "").isIn(ID)).as(path).isTrue();
        }
        assertThat(resolve("0::/kubepods/pod1/x" + ID, "").isIn(ID)).isFalse();
        assertThat(resolve("0::/", "").isIn(ID)).isFalse();
    }

    private static List<String> paths(String memberships, String mounts) {
        return resolve(memberships, mounts).directories().stream()
                .map(CgroupDirectory::path)
                .toList();
    }

    private static Cgroups resolve(String memberships, String mounts) {
        return Cgroups.resolve(CgroupMembership.parse(memberships), MountInfo.parse(mounts), _ -> true);
    }
}
