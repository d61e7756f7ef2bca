/**
 * {@code kubectl cntr}: makes a session, waits until its agent is ready, and connects this terminal with it.
 *
 * <p>It is a program that people wait for, so it loads little: requests are plain HTTP and JSON in
 * {@link dev.cntr.kubectl.cluster}, native calls are made in {@link dev.cntr.kubectl.terminal} only when there is a terminal to
 * set, and no logging is initialised. Each error ends it with one line on standard error, the next step in it, and an
 * {@link dev.cntr.kubectl.exit.ExitCode}.
 */
@NullMarked
package dev.cntr.kubectl;

import org.jspecify.annotations.NullMarked;
