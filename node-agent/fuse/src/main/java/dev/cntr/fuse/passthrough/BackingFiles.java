package dev.cntr.fuse.passthrough;

import dev.cntr.linux.Errno;
import dev.cntr.linux.OpenFlag;

/** Registers files with the kernel for passthrough: one id for a node, kept until it is forgotten or evicted. */
final class BackingFiles {
    private static final int O_RDONLY_NONBLOCK = OpenFlag.bits(OpenFlag.O_RDONLY, OpenFlag.O_NONBLOCK);

    private final Tree tree;
    private final Calls calls;
    private final Credentials credentials;

    BackingFiles(Tree tree, Calls calls, Credentials credentials) {
        this.tree = tree;
        this.calls = calls;
        this.credentials = credentials;
    }

    /**
     * The id of a node's backing file, with the node's lock held.
     *
     * @param file the file opened for real, or -1
     * @return {@link Inode#CACHED} where the file is not to be passed through as long as it is open
     */
    int idFor(Inode inode, int fd, int file) {
        if (inode.backingId == 0) {
            boolean through = tree.dataPath().isPassthrough() && inode.type == Modes.S_IFREG;
            inode.backingId = through ? register(fd, file) : Inode.CACHED;
        }
        return inode.backingId;
    }

    /**
     * The kernel opens the backing file anew for each open, but with the credentials of this registration: without CAP_FSETID, a
     * set-id bit that comes later than an open for writing is still cleared by the next write.
     */
    private int register(int fd, int file) {
        int open = file >= 0 ? file : calls.reopen(fd, O_RDONLY_NONBLOCK);
        if (open < 0) {
            return Inode.CACHED;
        }
        credentials.dropFsetid();
        long id = tree.session().device().openBacking(calls.kernel, calls.scratch(), open);
        credentials.restoreFsetid();
        if (open != file) {
            calls.close(open);
        }
        if (id <= 0) {
            tree.dataPath().refused(Errno.of(-id));
            return Inode.CACHED;
        }
        return (int) id;
    }
}
