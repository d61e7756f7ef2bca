/** For whom a command of {@code cntr} is run: the process that it is in, or another one. */
@NullMarked
package dev.cntr.cli.caller;

import org.jspecify.annotations.NullMarked;
