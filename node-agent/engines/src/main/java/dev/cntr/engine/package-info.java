/**
 * Which process is the container: an {@link dev.cntr.engine.Engine} for each kind of container engine, asked through its
 * API, never through its command line. {@link dev.cntr.engine.cri} is the one of Kubernetes nodes.
 */
@NullMarked
package dev.cntr.engine;

import org.jspecify.annotations.NullMarked;
