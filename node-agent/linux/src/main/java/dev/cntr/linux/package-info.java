/**
 * Everything that touches the kernel. This is the only module that uses {@code java.lang.foreign}: all others speak
 * {@link dev.cntr.linux.Kernel}, raw {@link dev.cntr.linux.Memory} and the typed values beside them.
 *
 * <p>Pointers are {@code long}, file descriptors {@code int} or {@link dev.cntr.linux.Fd}; a system call gives its
 * result or the negative errno, and {@link dev.cntr.linux.ErrnoException} says which call failed, how, and on what.
 */
@NullMarked
package dev.cntr.linux;

import org.jspecify.annotations.NullMarked;
