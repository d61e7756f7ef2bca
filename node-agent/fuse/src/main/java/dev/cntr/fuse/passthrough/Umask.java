package dev.cntr.fuse.passthrough;

import dev.cntr.linux.Scratch;
import dev.cntr.linux.Syscall;

/**
 * The mode that something new gets. The caller's umask counts, except in a directory with a default ACL, acl(5): the kernel
 * leaves that to the server (FUSE_DONT_MASK), whose own umask is 0.
 */
final class Umask implements AutoCloseable {
    private final Calls calls;
    private final Scratch memory = new Scratch();
    private final long defaultAcl = memory.string("system.posix_acl_default");

    Umask(Calls calls) {
        this.calls = calls;
    }

    int apply(int directory, int mode, int umask) {
        if ((mode & umask & 0x1ff) == 0) {
            return mode;
        }
        long r = calls.kernel.call(Syscall.GETXATTR, calls.path(directory), defaultAcl, 0, 0);
        return r >= 0 ? mode : mode & ~umask;
    }

    @Override
    public void close() {
        memory.close();
    }
}
