/** Tests of the package of the same name. */
@NullMarked
package dev.cntr.oci.process;

import org.jspecify.annotations.NullMarked;
