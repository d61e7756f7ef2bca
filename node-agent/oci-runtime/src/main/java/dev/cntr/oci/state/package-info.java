/** What is remembered of a container between two runs of {@code cntr-oci}: one directory each, written atomically, locked. */
@NullMarked
package dev.cntr.oci.state;

import org.jspecify.annotations.NullMarked;
