/**
 * The tools' tree by the portable way: libfuse 2 (Debian's libfuse2) through jnr-fuse, and the backing tree through jnr-posix. It is
 * found by its name only ({@code jnr}), never by {@code auto}.
 *
 * <p>libfuse's high-level interface and jnr-posix know paths, so what this can do is less than what {@link dev.cntr.fuse} does by
 * descriptors: no extended attributes, ACLs and file capabilities, no device nodes, no O_TMPFILE, fallocate(2), SEEK_DATA,
 * copy_file_range(2) and rename flags, no mapping of ids, names in UTF-8 only. An open file that is
 * removed is a file {@code .fuse_hidden...} beside it until it is closed. A path that somebody swaps for a symbolic link at the right moment leads out of the tree: it is not for trees that are changed by
 * who is not trusted.
 */
@NullMarked
package dev.cntr.fuse.jnr;

import org.jspecify.annotations.NullMarked;
