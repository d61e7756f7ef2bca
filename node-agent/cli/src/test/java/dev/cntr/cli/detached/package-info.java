@NullMarked
package dev.cntr.cli.detached;

import org.jspecify.annotations.NullMarked;
