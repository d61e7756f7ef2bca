/**
 * Serving a file system to the kernel: a {@link dev.cntr.fuse.session.Session} makes the mount, agrees on features
 * ({@link dev.cntr.fuse.session.Negotiation}), and runs threads that read requests, have a
 * {@link dev.cntr.fuse.session.FileSystem} answer them, and end with the connection.
 *
 * <p>A new file system is one class that implements {@link dev.cntr.fuse.session.FileSystem}: it overrides the requests
 * it knows, and all others are answered with ENOSYS, from which the kernel concludes what it need not ask again.
 */
@NullMarked
package dev.cntr.fuse.session;

import org.jspecify.annotations.NullMarked;
