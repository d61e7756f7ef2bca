@NullMarked
package dev.cntr.api;

import org.jspecify.annotations.NullMarked;
