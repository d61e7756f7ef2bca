@NullMarked
package dev.cntr.operator;

import org.jspecify.annotations.NullMarked;
