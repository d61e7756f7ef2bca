/** How operator and agent log: to standard output, a line an event, as text for people or as JSON for collectors. */
@NullMarked
package dev.cntr.logging;

import org.jspecify.annotations.NullMarked;
