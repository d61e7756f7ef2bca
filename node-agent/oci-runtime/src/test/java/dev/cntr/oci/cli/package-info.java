/** Tests of the package of the same name. */
@NullMarked
package dev.cntr.oci.cli;

import org.jspecify.annotations.NullMarked;
