@NullMarked
package dev.cntr.kubectl.replay;

import org.jspecify.annotations.NullMarked;
