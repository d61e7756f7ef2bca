package dev.cntr.fuse.passthrough;

import dev.cntr.fuse.session.FileSystem;
import dev.cntr.fuse.session.Reply;
import dev.cntr.fuse.session.Request;
import dev.cntr.linux.Errno;
import org.jspecify.annotations.Nullable;

/**
 * One thread's view of a {@link Tree}. FLUSH is implemented only where locks are shared, else the kernel stops asking: close(2) of a
 * backing file has nothing to tell that a write has not told. Nor is ACCESS: the kernel checks permissions itself.
 */
final class PassthroughFileSystem implements FileSystem {
    private final Tree tree;
    private final Calls calls;
    private final Credentials credentials;
    private final Umask umask;
    private final Attributes attributes;
    private final Names names;
    private final OpenFiles files;
    private final FileData data;
    private final Directories directories;
    private final Xattrs xattrs;
    private final Ioctls ioctls;
    private final Locks locks;

    /** @param owner whose what is created becomes; null for the caller's */
    PassthroughFileSystem(Tree tree, Calls calls, @Nullable Owner owner) {
        this.tree = tree;
        this.calls = calls;
        this.credentials = new Credentials(calls.kernel, owner);
        this.umask = new Umask(calls);
        Nodes nodes = new Nodes(tree, calls);
        this.attributes = new Attributes(tree, calls, nodes, credentials);
        NameChanges changes = new NameChanges(tree, calls);
        this.names = new Names(tree, calls, nodes, credentials, umask, changes);
        this.locks = new Locks(tree, calls, nodes);
        this.files = new OpenFiles(tree, calls, nodes, credentials, umask, changes, locks);
        this.data = new FileData(tree, calls, nodes, credentials);
        this.directories = new Directories(tree, calls, nodes);
        this.xattrs = new Xattrs(tree, calls, nodes);
        this.ioctls = new Ioctls(calls, nodes);
    }

    @Override
    public void forget(long nodeId, long lookups) {
        tree.forget(calls, nodeId, lookups);
    }

    @Override
    public void getattr(Request request, Reply reply) {
        attributes.getattr(request, reply);
    }

    @Override
    public void setattr(Request request, Reply reply) {
        attributes.setattr(request, reply);
    }

    @Override
    public void statx(Request request, Reply reply) {
        attributes.statx(request, reply);
    }

    @Override
    public void statfs(Request request, Reply reply) {
        attributes.statfs(request, reply);
    }

    @Override
    public void syncfs(Request request, Reply reply) {
        attributes.syncfs(request, reply);
    }

    @Override
    public void lookup(Request request, Reply reply) {
        names.lookup(request, reply);
    }

    @Override
    public void mknod(Request request, Reply reply) {
        names.mknod(request, reply);
    }

    @Override
    public void mkdir(Request request, Reply reply) {
        names.mkdir(request, reply);
    }

    @Override
    public void symlink(Request request, Reply reply) {
        names.symlink(request, reply);
    }

    @Override
    public void readlink(Request request, Reply reply) {
        names.readlink(request, reply);
    }

    @Override
    public void link(Request request, Reply reply) {
        names.link(request, reply);
    }

    @Override
    public void unlink(Request request, Reply reply) {
        names.unlink(request, reply);
    }

    @Override
    public void rmdir(Request request, Reply reply) {
        names.rmdir(request, reply);
    }

    @Override
    public void rename(Request request, Reply reply) {
        names.rename(request, reply);
    }

    @Override
    public void rename2(Request request, Reply reply) {
        names.rename2(request, reply);
    }

    @Override
    public void open(Request request, Reply reply) {
        files.open(request, reply);
    }

    @Override
    public void create(Request request, Reply reply) {
        files.create(request, reply);
    }

    @Override
    public void tmpfile(Request request, Reply reply) {
        files.tmpfile(request, reply);
    }

    @Override
    public void release(Request request, Reply reply) {
        files.release(request, reply);
    }

    @Override
    public void read(Request request, Reply reply) {
        data.read(request, reply);
    }

    @Override
    public void write(Request request, Reply reply) {
        data.write(request, reply);
    }

    @Override
    public void fsync(Request request, Reply reply) {
        data.fsync(request, reply);
    }

    @Override
    public void fallocate(Request request, Reply reply) {
        data.fallocate(request, reply);
    }

    @Override
    public void lseek(Request request, Reply reply) {
        data.lseek(request, reply);
    }

    @Override
    public void copyFileRange(Request request, Reply reply) {
        data.copyFileRange(request, reply);
    }

    @Override
    public void copyFileRange64(Request request, Reply reply) {
        data.copyFileRange64(request, reply);
    }

    @Override
    public void fsyncdir(Request request, Reply reply) {
        directories.fsyncdir(request, reply);
    }

    @Override
    public void getxattr(Request request, Reply reply) {
        xattrs.getxattr(request, reply);
    }

    @Override
    public void setxattr(Request request, Reply reply) {
        xattrs.setxattr(request, reply);
    }

    @Override
    public void listxattr(Request request, Reply reply) {
        xattrs.listxattr(request, reply);
    }

    @Override
    public void removexattr(Request request, Reply reply) {
        xattrs.removexattr(request, reply);
    }

    @Override
    public void ioctl(Request request, Reply reply) {
        ioctls.ioctl(request, reply);
    }

    @Override
    public void getlk(Request request, Reply reply) {
        locks.getlk(request, reply);
    }

    @Override
    public void setlk(Request request, Reply reply) {
        locks.setlk(request, reply, false);
    }

    @Override
    public void setlkw(Request request, Reply reply) {
        locks.setlk(request, reply, true);
    }

    @Override
    public void flush(Request request, Reply reply) {
        if (tree.sharesLocks()) {
            locks.flush(request, reply);
        } else {
            reply.error(Errno.ENOSYS);
        }
    }

    @Override
    public void interrupted(long unique) {
        tree.lockWaits().interrupt(unique);
    }

    @Override
    public void readdir(Request request, Reply reply) {
        directories.readdir(request, reply, false);
    }

    @Override
    public void readdirplus(Request request, Reply reply) {
        directories.readdir(request, reply, true);
    }

    @Override
    public void close() {
        directories.close();
        umask.close();
        credentials.close();
        calls.close();
    }
}
