/** What the engines with an HTTP API share: one bounded GET on a unix socket, and the JSON that it gives. */
@NullMarked
package dev.cntr.engine.rest;

import org.jspecify.annotations.NullMarked;
