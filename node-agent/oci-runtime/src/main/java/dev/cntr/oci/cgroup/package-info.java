/** The container's cgroups, cgroups(7), by the cgroupfs driver on v1 hierarchies; a hybrid's v2 is joined as well. */
@NullMarked
package dev.cntr.oci.cgroup;

import org.jspecify.annotations.NullMarked;
