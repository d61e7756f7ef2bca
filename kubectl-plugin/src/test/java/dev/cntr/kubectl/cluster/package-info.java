/** Tests of the requests, against an API server of a few hundred lines that answers what each test says. */
@NullMarked
package dev.cntr.kubectl.cluster;

import org.jspecify.annotations.NullMarked;
