package dev.cntr.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What cntr could leave on a node: processes that see a cntr mount, mounts, served FUSE connections, cgroups, leases of images. Processes are
 * told by what they see, not by name, so nothing escapes by being called something else. (The kernel's own list of FUSE
 * connections is that of the whole machine, on which other clusters may run; how many descriptors one has depends on what it has to do.)
 */
record NodeState(Set<String> lines) {

    private static final String SCRIPT = """
            for p in /proc/[0-9]*; do
              grep -q 'fuse.cntr' $p/mountinfo 2>/dev/null && echo "process in a cntr mount namespace: ${p#/proc/} $(tr '\\0' ' ' < $p/cmdline)"
            done
            grep -h ' - fuse' /proc/self/mountinfo | awk '{print "mount", $5}'
            served=$(grep -hs '^fuse_connection' /proc/[0-9]*/fdinfo/* | sort -u)
            echo "${served:-$(ls -l /proc/[0-9]*/fd 2>/dev/null | grep '/dev/fuse$')}" | awk 'NF {print "served fuse connection", NR}'
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

    /** What several nodes were like at one time. What was there then may go meanwhile, as the files in /run do when a node is started anew. */
    record Before(Map<Cluster.Node, NodeState> states) {

        static Before of(Collection<Cluster.Node> nodes) {
            return new Before(nodes.stream().collect(Collectors.toMap(node -> node, NodeState::of)));
        }

        static Before of(Cluster.Node node) {
            return of(List.of(node));
        }

        /** Fails with what is on the nodes, and was not then, where that does not go within a time. */
        void nothingIsLeft(Duration within) {
            long end = System.nanoTime() + within.toNanos();
            Set<String> left = left();
            while (!left.isEmpty() && System.nanoTime() < end) {
                pause();
                left = left();
            }
            assertThat(left).as("left on the nodes after " + within).isEmpty();
        }

        private Set<String> left() {
            Set<String> left = new TreeSet<>();
            states.forEach((node, before) -> NodeState.of(node).lines().stream()
                    .filter(line -> !before.lines().contains(line))
                    .forEach(line -> left.add(node.name() + ": " + line)));
            return left;
        }

        private static void pause() {
            try {
                Thread.sleep(300);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
