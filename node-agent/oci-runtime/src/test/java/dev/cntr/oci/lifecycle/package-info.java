/** Tests of the package of the same name. */
@NullMarked
package dev.cntr.oci.lifecycle;

import org.jspecify.annotations.NullMarked;
