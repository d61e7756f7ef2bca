/**
 * {@code cntr}: a shell beside a container of this machine, without Kubernetes. It resolves what the user named, chooses the
 * tools' tree, and joins the user's terminal to a {@link dev.cntr.attach.DebugContainer}.
 */
@NullMarked
package dev.cntr.cli;

import org.jspecify.annotations.NullMarked;
