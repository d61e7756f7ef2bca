/**
 * What a process may do: {@link dev.cntr.linux.security.Capabilities} and
 * {@link dev.cntr.linux.security.SeccompFilters}.
 */
@NullMarked
package dev.cntr.linux.security;

import org.jspecify.annotations.NullMarked;
