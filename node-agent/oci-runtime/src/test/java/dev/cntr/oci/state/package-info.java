/** Tests of the package of the same name. */
@NullMarked
package dev.cntr.oci.state;

import org.jspecify.annotations.NullMarked;
