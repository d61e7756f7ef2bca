/** Tests of the command line, as a program of its own beside a process of this machine. */
@NullMarked
package dev.cntr.cli;

import org.jspecify.annotations.NullMarked;
