@NullMarked
package dev.cntr.kubectl.http;

import org.jspecify.annotations.NullMarked;
