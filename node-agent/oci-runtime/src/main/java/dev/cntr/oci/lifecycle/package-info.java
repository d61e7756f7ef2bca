/**
 * From created to running to stopped: {@link dev.cntr.oci.lifecycle.CreatedContainer} is a process that this JVM set up,
 * parked before its command, starts, signals and reaps.
 */
@NullMarked
package dev.cntr.oci.lifecycle;

import org.jspecify.annotations.NullMarked;
