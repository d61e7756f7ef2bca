/**
 * The terminal this program runs in, by system calls: JLine writes queries to it, and stty costs a process. Besides
 * {@code dev.cntr.linux} the only package that uses {@code java.lang.foreign}; it is loaded only when a session has a terminal.
 */
@NullMarked
package dev.cntr.kubectl.terminal;

import org.jspecify.annotations.NullMarked;
