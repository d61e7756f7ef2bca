/** Tests of compiled seccomp profiles, by an interpreter of classic BPF. */
@NullMarked
package dev.cntr.oci.seccomp;

import org.jspecify.annotations.NullMarked;
