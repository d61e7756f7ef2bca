/** Shows recordings again: {@link dev.cntr.kubectl.replay.Cast} reads asciicast v2, {@link dev.cntr.kubectl.replay.Replay} plays it. */
@NullMarked
package dev.cntr.kubectl.replay;

import org.jspecify.annotations.NullMarked;
