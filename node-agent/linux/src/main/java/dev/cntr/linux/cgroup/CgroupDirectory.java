package dev.cntr.linux.cgroup;

import dev.cntr.linux.ErrnoException;
import dev.cntr.linux.Fd;
import dev.cntr.linux.Kernel;
import dev.cntr.linux.OpenFlag;
import dev.cntr.linux.Scratch;
import dev.cntr.linux.Syscall;
import dev.cntr.linux.proc.CgroupMembership;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A cgroup as a directory that can be opened here.
 *
 * @param membership which hierarchy, and which path in it
 * @param path where it is mounted here
 */
public record CgroupDirectory(CgroupMembership membership, String path) {

    /** Moves a process here with all its threads. The pid is that of the caller's pid namespace. */
    public void join(int pid) {
        String file = path + "/cgroup.procs";
        try (Fd fd = Fd.open(file, OpenFlag.O_WRONLY);
                Scratch s = new Scratch()) {
            String text = Integer.toString(pid);
            long r = Kernel.current().call(Syscall.WRITE, fd.number(), s.string(text), text.length());
            ErrnoException.check(r, Syscall.WRITE, pid + " to " + file);
        }
    }

    /**
     * A cgroup with the same parent, which need not be there.
     *
     * @param containerId beside the one that is named after this container, where this one is that or lies below it
     * @throws CgroupException where this is the root of its hierarchy
     */
    CgroupDirectory beside(Optional<String> containerId, String name) {
        Path own = Path.of(membership.path());
        int levels = containerId.map(id -> levelsBelow(own, id)).orElse(0);
        Path at = own;
        Path here = Path.of(path);
        for (int i = 0; i < levels; i++) {
            at = parent(at);
            here = parent(here);
        }
        CgroupMembership sibling = new CgroupMembership(
                membership.hierarchy(),
                membership.controllers(),
                parent(at).resolve(name).toString());
        return new CgroupDirectory(sibling, parent(here).resolve(name).toString());
    }

    /** How far a cgroup lies below the one of a container; 0 where it does not. */
    private static int levelsBelow(Path cgroup, String containerId) {
        int count = cgroup.getNameCount();
        for (int i = 0; i < count; i++) {
            if (Cgroups.names(cgroup.getName(i).toString(), containerId)) {
                return count - 1 - i;
            }
        }
        return 0;
    }

    private Path parent(Path directory) {
        Path parent = directory.getParent();
        if (parent == null || membership.path().equals("/")) {
            throw new CgroupException("the process is in the root cgroup of "
                    + (membership.v2() ? "v2" : String.join(",", membership.controllers()))
                    + ", beside which there is no other");
        }
        return parent;
    }
}
