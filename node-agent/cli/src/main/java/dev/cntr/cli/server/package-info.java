/** A resident {@code cntr}: runs commands for processes that connect to its socket, so that none of them starts a JVM. */
@NullMarked
package dev.cntr.cli.server;

import org.jspecify.annotations.NullMarked;
