/** The REST API that LXD and Incus share: {@code /1.0/instances} on a unix socket. */
@NullMarked
package dev.cntr.engine.lxd;

import org.jspecify.annotations.NullMarked;
