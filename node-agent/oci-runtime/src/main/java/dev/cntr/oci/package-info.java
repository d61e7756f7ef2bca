/** The OCI runtime's error; the runtime itself is in the packages below. */
@NullMarked
package dev.cntr.oci;

import org.jspecify.annotations.NullMarked;
