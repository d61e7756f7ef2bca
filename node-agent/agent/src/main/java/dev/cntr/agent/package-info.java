/**
 * The DaemonSet's program. {@link dev.cntr.agent.Agent} watches the debug sessions that the operator placed on its node,
 * keeps a {@link dev.cntr.agent.LiveSession} for each, and serves the relay's socket, through which users reach them.
 *
 * <p>Reconciliation is level-based: what to do follows from a session's resource and from what lives here, never from the
 * kind of event. Whatever ends, for whichever reason, ends by {@link dev.cntr.agent.LiveSession#end}.
 */
@NullMarked
package dev.cntr.agent;

import org.jspecify.annotations.NullMarked;
