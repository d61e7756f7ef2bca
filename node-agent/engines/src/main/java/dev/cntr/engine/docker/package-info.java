/** Docker's API, which podman speaks as well: {@code /containers/json} and {@code /containers/ID/json}. */
@NullMarked
package dev.cntr.engine.docker;

import org.jspecify.annotations.NullMarked;
