/** Terminals and pipes: {@link dev.cntr.linux.terminal.Pty}, {@link dev.cntr.linux.terminal.Pipe}. */
@NullMarked
package dev.cntr.linux.terminal;

import org.jspecify.annotations.NullMarked;
