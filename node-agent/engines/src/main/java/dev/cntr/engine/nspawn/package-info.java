/** systemd-nspawn: as systemd-machined has registered it, or, without machined, by its own process. */
@NullMarked
package dev.cntr.engine.nspawn;

import org.jspecify.annotations.NullMarked;
