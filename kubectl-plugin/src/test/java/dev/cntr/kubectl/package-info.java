/** Tests of the plugin as a program: command lines, messages, exit codes, and whole attaches against a made-up cluster. */
@NullMarked
package dev.cntr.kubectl;

import org.jspecify.annotations.NullMarked;
