@NullMarked
package dev.cntr.image;

import org.jspecify.annotations.NullMarked;
