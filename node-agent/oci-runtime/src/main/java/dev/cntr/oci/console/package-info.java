/** A container's terminal: made in the container's own devpts, its master handed to whoever listens on the console socket. */
@NullMarked
package dev.cntr.oci.console;

import org.jspecify.annotations.NullMarked;
