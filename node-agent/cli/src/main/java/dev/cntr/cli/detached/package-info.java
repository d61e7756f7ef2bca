/** Sessions that go on when nobody looks at them: who keeps one, where it is found, and who looks at it again. */
@NullMarked
package dev.cntr.cli.detached;

import org.jspecify.annotations.NullMarked;
