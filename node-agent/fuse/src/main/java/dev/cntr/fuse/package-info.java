/**
 * The tools' tree as a FUSE file system: {@link dev.cntr.fuse.PassthroughMount#serve} serves a directory of this machine
 * ({@link dev.cntr.fuse.TreeOptions}) as one superblock, of which any number of mounts can be cloned and attached anywhere,
 * in milliseconds once the JVM is warm:
 *
 * <pre>{@code
 * try (PassthroughMount tools = PassthroughMount.serve(TreeOptions.image(Path.of("/")))) {
 *     Fd mount = tools.cloneMount();   // for move_mount(2), in whatever namespace
 *     ...
 * }                                    // all mounts of it answer ENOTCONN from now on
 * }</pre>
 *
 * <p>Three layers that do not mix: {@code wire} is the protocol in memory, {@code session} speaks it with the kernel, and
 * {@code passthrough} is the one file system there is. Limits: locks of read-only trees are
 * between the users of one superblock, not shared with those of the backing files; what is mounted below the root is not seen; a backing store that hangs in more than
 * thirty requests at once stops the mount.
 */
@NullMarked
package dev.cntr.fuse;

import org.jspecify.annotations.NullMarked;
