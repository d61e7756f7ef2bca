/**
 * Which process is the container: an {@link dev.cntr.engine.Engine} for each kind of container engine, asked through its
 * API, never through its command line. {@link dev.cntr.engine.Engines} asks several in order; those of this machine are in
 * {@code dev.cntr.engine.local}.
 */
@NullMarked
package dev.cntr.engine;

import org.jspecify.annotations.NullMarked;
