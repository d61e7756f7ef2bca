/** Where a process is in the cgroup hierarchies, v1, hybrid or v2, and how another one joins it there: cgroups(7). */
@NullMarked
package dev.cntr.linux.cgroup;

import org.jspecify.annotations.NullMarked;
