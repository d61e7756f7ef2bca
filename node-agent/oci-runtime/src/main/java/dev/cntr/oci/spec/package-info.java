/**
 * The bundle's {@code config.json} as records, after the OCI runtime specification 1.2. A property that asks for something
 * that is not implemented is refused by its path; none is passed over in silence.
 */
@NullMarked
package dev.cntr.oci.spec;

import org.jspecify.annotations.NullMarked;
