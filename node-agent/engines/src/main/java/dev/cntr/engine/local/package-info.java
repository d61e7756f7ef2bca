/** The engines of this machine, each at its usual place. */
@NullMarked
package dev.cntr.engine.local;

import org.jspecify.annotations.NullMarked;
