/** Tests of the package of the same name. */
@NullMarked
package dev.cntr.oci.spec;

import org.jspecify.annotations.NullMarked;
