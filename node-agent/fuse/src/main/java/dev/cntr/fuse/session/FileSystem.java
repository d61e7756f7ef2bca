package dev.cntr.fuse.session;

import dev.cntr.linux.Errno;
import dev.cntr.linux.Kernel;

/**
 * What a server implements: a method for each request, which answers it through the reply. A method that is not
 * overridden answers ENOSYS. What each request means, and which struct its body is, is told at its constant of
 * {@link dev.cntr.fuse.wire.Opcode} and in the classes of that package.
 *
 * <p>Each thread of a session has an instance of its own, which only it calls: instances may hold memory for the
 * arguments of system calls, and share the file system's state. Nodes are known to the kernel by numbers that the
 * file system gives out in its replies to lookups; the root is {@link #ROOT}.
 */
public interface FileSystem extends AutoCloseable {
    /** The number of the root node, {@code FUSE_ROOT_ID}. */
    long ROOT = 1;

    /** Makes the instances for the threads of a session. */
    @FunctionalInterface
    interface Factory {
        /**
         * Called on each thread of the session before its first request. The thread has its own working directory and
         * root (CLONE_FS) and a umask of 0.
         */
        FileSystem forThread(Kernel kernel);
    }

    /** FORGET and BATCH_FORGET: the kernel gives back lookups of a node. There is no reply. */
    default void forget(long nodeId, long lookups) {}

    /**
     * INTERRUPT: whoever made a request has been killed or has had a signal meanwhile. One that has been put off ({@link Reply#defer}) is to be
     * answered now, with EINTR. This may come before the request itself, by another thread. There is no reply.
     */
    default void interrupted(long unique) {}

    default void lookup(Request request, Reply reply) {
        reply.error(Errno.ENOSYS);
    }

    default void getattr(Request request, Reply reply) {
        reply.error(Errno.ENOSYS);
    }

    default void setattr(Request request, Reply reply) {
        reply.error(Errno.ENOSYS);
    }

    default void statx(Request request, Reply reply) {
        reply.error(Errno.ENOSYS);
    }

    default void readlink(Request request, Reply reply) {
        reply.error(Errno.ENOSYS);
    }

    default void symlink(Request request, Reply reply) {
        reply.error(Errno.ENOSYS);
    }

    default void mknod(Request request, Reply reply) {
        reply.error(Errno.ENOSYS);
    }

    default void mkdir(Request request, Reply reply) {
        reply.error(Errno.ENOSYS);
    }

    default void unlink(Request request, Reply reply) {
        reply.error(Errno.ENOSYS);
    }

    default void rmdir(Request request, Reply reply) {
        reply.error(Errno.ENOSYS);
    }

    default void rename(Request request, Reply reply) {
        reply.error(Errno.ENOSYS);
    }

    default void rename2(Request request, Reply reply) {
        reply.error(Errno.ENOSYS);
    }

    default void link(Request request, Reply reply) {
        reply.error(Errno.ENOSYS);
    }

    default void open(Request request, Reply reply) {
        reply.error(Errno.ENOSYS);
    }

    default void create(Request request, Reply reply) {
        reply.error(Errno.ENOSYS);
    }

    default void tmpfile(Request request, Reply reply) {
        reply.error(Errno.ENOSYS);
    }

    default void read(Request request, Reply reply) {
        reply.error(Errno.ENOSYS);
    }

    default void write(Request request, Reply reply) {
        reply.error(Errno.ENOSYS);
    }

    default void flush(Request request, Reply reply) {
        reply.error(Errno.ENOSYS);
    }

    default void release(Request request, Reply reply) {
        reply.error(Errno.ENOSYS);
    }

    default void fsync(Request request, Reply reply) {
        reply.error(Errno.ENOSYS);
    }

    default void fallocate(Request request, Reply reply) {
        reply.error(Errno.ENOSYS);
    }

    default void lseek(Request request, Reply reply) {
        reply.error(Errno.ENOSYS);
    }

    default void copyFileRange(Request request, Reply reply) {
        reply.error(Errno.ENOSYS);
    }

    default void copyFileRange64(Request request, Reply reply) {
        reply.error(Errno.ENOSYS);
    }

    default void opendir(Request request, Reply reply) {
        reply.error(Errno.ENOSYS);
    }

    default void readdir(Request request, Reply reply) {
        reply.error(Errno.ENOSYS);
    }

    default void readdirplus(Request request, Reply reply) {
        reply.error(Errno.ENOSYS);
    }

    default void releasedir(Request request, Reply reply) {
        reply.error(Errno.ENOSYS);
    }

    default void fsyncdir(Request request, Reply reply) {
        reply.error(Errno.ENOSYS);
    }

    default void getxattr(Request request, Reply reply) {
        reply.error(Errno.ENOSYS);
    }

    default void setxattr(Request request, Reply reply) {
        reply.error(Errno.ENOSYS);
    }

    default void listxattr(Request request, Reply reply) {
        reply.error(Errno.ENOSYS);
    }

    default void removexattr(Request request, Reply reply) {
        reply.error(Errno.ENOSYS);
    }

    default void statfs(Request request, Reply reply) {
        reply.error(Errno.ENOSYS);
    }

    default void syncfs(Request request, Reply reply) {
        reply.error(Errno.ENOSYS);
    }

    default void access(Request request, Reply reply) {
        reply.error(Errno.ENOSYS);
    }

    default void ioctl(Request request, Reply reply) {
        reply.error(Errno.ENOSYS);
    }

    default void getlk(Request request, Reply reply) {
        reply.error(Errno.ENOSYS);
    }

    default void setlk(Request request, Reply reply) {
        reply.error(Errno.ENOSYS);
    }

    default void setlkw(Request request, Reply reply) {
        reply.error(Errno.ENOSYS);
    }

    default void bmap(Request request, Reply reply) {
        reply.error(Errno.ENOSYS);
    }

    default void poll(Request request, Reply reply) {
        reply.error(Errno.ENOSYS);
    }

    /** Frees what belongs to the thread. */
    @Override
    void close();
}
