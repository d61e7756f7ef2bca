/**
 * A directory tree of this machine, served as it is: every request becomes the same operation on the backing tree, and
 * file data goes past the server where the kernel allows it.
 *
 * <p>A node is a {@link dev.cntr.fuse.passthrough.Inode}, known by (device, inode number). It has an O_PATH descriptor only
 * while it needs one: a lookup alone costs one statx(2), and what was not used for a while is closed again and found later
 * by its parent and name ({@link dev.cntr.fuse.passthrough.FdBudget}), so that a tree of any size works with few
 * descriptors. Who creates something does so as the caller ({@link dev.cntr.fuse.passthrough.Credentials}); all else is
 * done with the server's rights, after the kernel has checked the caller's.
 *
 * <p>What the kernel is spared asking is most of the speed: a tree that does not change and has no extended attributes says so once
 * ({@link dev.cntr.fuse.passthrough.XattrCensus}), and a listing has the attributes of files only for callers who look at them
 * ({@link dev.cntr.fuse.passthrough.ListingHabits}). Of a tree that others change it is told what they change
 * ({@link dev.cntr.fuse.passthrough.TreeWatch}).
 *
 * <p>Each thread has its own {@link dev.cntr.fuse.passthrough.PassthroughFileSystem} with its
 * {@link dev.cntr.fuse.passthrough.Calls}; all share a {@link dev.cntr.fuse.passthrough.Tree}.
 */
@NullMarked
package dev.cntr.fuse.passthrough;

import org.jspecify.annotations.NullMarked;
