/**
 * The FUSE protocol up to version 7.45 as it lies in memory, without any I/O. Each class is a struct of Linux'
 * {@code include/uapi/linux/fuse.h} (6.18), its fields read or written at a raw address by static methods: nothing is
 * allocated and nothing is copied. Numbers are in the machine's byte order.
 *
 * <p>A request is a {@link dev.cntr.fuse.wire.RequestHeader}, the struct of its {@link dev.cntr.fuse.wire.Opcode}, names (each with
 * a zero at its end) or data, and extensions. A reply is a {@link dev.cntr.fuse.wire.ReplyHeader} and, without an error,
 * the struct that answers the opcode. CUSE and DAX (virtiofs) are left out.
 */
@NullMarked
package dev.cntr.fuse.wire;

import org.jspecify.annotations.NullMarked;
