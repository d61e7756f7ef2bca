/**
 * Seccomp profiles compiled: {@link dev.cntr.oci.seccomp.SeccompCompiler} turns {@code linux.seccomp} of the configuration into
 * the classic BPF that seccomp(2) takes, without libseccomp, with its semantics.
 */
@NullMarked
package dev.cntr.oci.seccomp;

import org.jspecify.annotations.NullMarked;
