/** {@code cntr-oci}: the command line of an OCI runtime, with the commands and options of runc. */
@NullMarked
package dev.cntr.oci.cli;

import org.jspecify.annotations.NullMarked;
