/** Tests of the stream: the codec by itself, and both sides against each other over kernel pipes. */
@NullMarked
package dev.cntr.protocol;

import org.jspecify.annotations.NullMarked;
