/**
 * What a session has of cntr itself: {@link dev.cntr.attach.exec.SessionMount} is mounted in it and holds
 * {@link dev.cntr.attach.exec.ExecProgram}, the {@code cntr} of its PATH, which asks through a socket for a command in the
 * target's own tree.
 */
@NullMarked
package dev.cntr.attach.exec;

import org.jspecify.annotations.NullMarked;
