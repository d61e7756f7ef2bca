package dev.cntr.fuse.passthrough;

import dev.cntr.linux.Kernel;
import dev.cntr.linux.Syscall;

/**
 * Changes of names through the mount, for one thread. The kernel knows of them itself; what others change at the same name is told to it only as long as nobody
 * changes it here. So where a change fails, the kernel is told not to go by the name any more.
 */
final class NameChanges {
    private final Kernel kernel;
    private final TreeWatch watch;

    NameChanges(Tree tree, Calls calls) {
        this.kernel = calls.kernel;
        this.watch = tree.watch();
    }

    /** Makes a system call that changes what a name of a directory stands for. Gives its result, or the negative errno. */
    long call(Inode parent, long name, Syscall call, long a, long b, long c, long d, long e) {
        boolean known = TreeWatch.withdraw(parent, name);
        long r = kernel.call(call, a, b, c, d, e);
        if (r < 0) {
            expire(parent, name, known);
        }
        return r;
    }

    /** Moves or exchanges names, renameat2(2). The kernel moves what it knows of a name together with how long that goes. */
    long rename(Inode from, int fromFd, long oldName, Inode to, int toFd, long newName, int flags) {
        boolean knownOld = TreeWatch.withdraw(from, oldName);
        boolean knownNew = TreeWatch.withdraw(to, newName);
        long r = kernel.call(Syscall.RENAMEAT2, fromFd, oldName, toFd, newName, flags);
        expire(from, oldName, knownOld && r < 0 || knownNew);
        expire(to, newName, knownNew && r < 0 || knownOld);
        return r;
    }

    private void expire(Inode parent, long name, boolean known) {
        if (known) {
            watch.expire(parent, name);
        }
    }
}
