/** Tests of attach against plain processes of this machine, in namespaces of their own. */
@NullMarked
package dev.cntr.attach;

import org.jspecify.annotations.NullMarked;
