/**
 * LXC without a daemon: each running container has a monitor that answers on an abstract unix socket (unix(7)), named
 * after the container. Its protocol is that of LXC's {@code src/lxc/commands.c}, the same from LXC 2 to 6.
 */
@NullMarked
package dev.cntr.engine.lxc;

import org.jspecify.annotations.NullMarked;
