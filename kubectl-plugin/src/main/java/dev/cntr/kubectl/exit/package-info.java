/** How {@code kubectl cntr} ends when it is not by a command's own exit code: for everything that can fail in it. */
@NullMarked
package dev.cntr.kubectl.exit;

import org.jspecify.annotations.NullMarked;
