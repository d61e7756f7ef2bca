/**
 * Mounts by file descriptor: a {@link dev.cntr.linux.mount.FileSystemContext} makes a file system, a
 * {@link dev.cntr.linux.mount.Mount} is one (or a tree of them) that is attached where it is wanted, or nowhere;
 * {@link dev.cntr.linux.mount.FuseConnections} ends FUSE servers' connections. See the kernel's
 * {@code Documentation/filesystems/mount_api.rst}.
 */
@NullMarked
package dev.cntr.linux.mount;

import org.jspecify.annotations.NullMarked;
