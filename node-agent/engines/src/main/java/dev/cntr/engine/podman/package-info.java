/**
 * Podman of root and of every other user, through the sockets of its service where that runs. Podman needs no service,
 * so containers are found by their monitors (conmon) as well: a process that each running container has, whose arguments
 * name it and whose child it is. Podman's database is not read: it is BoltDB in some versions, SQLite in others, and is
 * locked by whoever uses it.
 */
@NullMarked
package dev.cntr.engine.podman;

import org.jspecify.annotations.NullMarked;
