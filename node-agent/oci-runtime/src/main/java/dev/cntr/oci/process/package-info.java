/**
 * What a process is at the moment it becomes its command: identity, limits, environment, terminal. The steps are the same
 * for a container's first process and for a debug process beside a running one, so both packages emit them from here.
 */
@NullMarked
package dev.cntr.oci.process;

import org.jspecify.annotations.NullMarked;
