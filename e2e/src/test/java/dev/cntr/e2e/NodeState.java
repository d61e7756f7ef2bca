package dev.cntr.e2e;

import java.util.Set;
import java.util.TreeSet;

/**
 * What cntr could leave on a node: processes that see a cntr mount, mounts, served FUSE connections, cgroups, leases of images. Processes are
 * told by what they see, not by name, so nothing escapes by being called something else. (The kernel's own list of FUSE
 * connections is that of the whole machine, on which other clusters may run.)
 */
record NodeState(Set<String> lines) {

    private static final String SCRIPT = """
            for p in /proc/[0-9]*; do
              grep -q 'fuse.cntr' $p/mountinfo 2>/dev/null && echo "process in a cntr mount namespace: ${p#/proc/} $(tr '\\0' ' ' < $p/cmdline)"
            done
            grep -h ' - fuse' /proc/self/mountinfo | awk '{print "mount", $5}'
            echo "open fuse devices: $(ls -l /proc/[0-9]*/fd 2>/dev/null | grep -c '/dev/fuse$')"
            own=$(sed -n 's/^[0-9]*:memory://p' /proc/self/cgroup)
            find /sys/fs/cgroup/*"$own" -type d -name '*cntr*' | sed 's/^/cgroup /'
            ctr -n k8s.io leases ls -q | sed -n 's/^cntr-/lease cntr-/p'
            ctr -n k8s.io snapshots ls | sed -n 's/^cntr-\\([^ ]*\\).*/snapshot cntr-\\1/p'
            ls -d /run/cntr/* 2>/dev/null | sed 's/^/path /'
            """;

    static NodeState of(Cluster.Node node) {
        Set<String> lines = new TreeSet<>();
        node.sh(SCRIPT).ok().out().lines().forEach(lines::add);
        return new NodeState(lines);
    }
}
