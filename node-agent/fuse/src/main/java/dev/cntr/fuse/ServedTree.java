package dev.cntr.fuse;

import dev.cntr.linux.Fd;

/** A tree that can be mounted any number of times, in whatever namespaces. */
public interface ServedTree extends AutoCloseable {
    /**
     * A further mount of the tree, attached nowhere, for move_mount(2) in any mount namespace. It is nosuid and nodev. It goes away
     * when it is closed, or, once attached, unmounted; the caller owns it. Where the tree has a writable layer
     * ({@link TreeOptions#writable}), each of these mounts has one of its own, which goes with it.
     */
    Fd cloneMount();

    /**
     * A mount as of {@link #cloneMount()} on which ids are mapped by a user namespace, mount_setattr(2): what belongs to 0 in the tree
     * belongs to the namespace's root on the mount, and what that root makes belongs to 0. For targets in user namespaces, to which
     * all would belong to nobody otherwise.
     *
     * @param userNamespace an open /proc/PID/ns/user other than the initial one
     * @throws dev.cntr.linux.ErrnoException with EINVAL where kernel or file system map no ids: FUSE before Linux 6.12, overlayfs
     */
    Fd cloneMount(Fd userNamespace);

    /** Whether mounts of it work: until {@link #close}, or until it is ended from elsewhere. */
    boolean isServing();

    /** What it is doing at this moment. */
    TreeReport report();

    /**
     * Ends it and frees everything that belongs to it. What becomes of attached mounts is the provider's: of {@code fuse} they answer
     * ENOTCONN, of {@code bind} they stay as they are.
     */
    @Override
    void close();
}
