/**
 * A shell beside a running container: {@link dev.cntr.attach.Target} is what the container's process is,
 * {@link dev.cntr.attach.AttachPlan} what is to be done about it, {@link dev.cntr.attach.AttachProgram} the plan as a syscall
 * program, and {@link dev.cntr.attach.DebugContainer} the process that comes of it.
 *
 * <p>In the debug process {@code /} is the tools' tree and {@code /var/lib/cntr} the target's, whole; {@code /proc},
 * {@code /sys}, {@code /dev} and a few files of {@code /etc} are the target's too. All else (namespaces, cgroups, ids,
 * capabilities, seccomp, limits, environment) is exactly the target's. Nothing is written to the target.
 */
@NullMarked
package dev.cntr.attach;

import org.jspecify.annotations.NullMarked;
