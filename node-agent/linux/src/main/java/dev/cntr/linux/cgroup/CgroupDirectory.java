package dev.cntr.linux.cgroup;

import dev.cntr.linux.ErrnoException;
import dev.cntr.linux.Fd;
import dev.cntr.linux.Kernel;
import dev.cntr.linux.OpenFlag;
import dev.cntr.linux.Scratch;
import dev.cntr.linux.Syscall;
import dev.cntr.linux.proc.CgroupMembership;

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
}
