/** Sockets of the unix family that pass descriptors and tell who their peer is, unix(7). */
@NullMarked
package dev.cntr.linux.socket;

import org.jspecify.annotations.NullMarked;
