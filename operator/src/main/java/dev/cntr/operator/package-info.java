/**
 * The operator: finds a node, an agent and a relay for each {@link dev.cntr.api.DebugSession}, ends it in time, and takes its object away in the end.
 *
 * <p>Reconciliation is level-based: {@link dev.cntr.operator.Lifecycle} looks at a session as it is now and names the one next step, whatever event led
 * there; {@link dev.cntr.operator.Placement} says where a session goes. Both are pure. {@link dev.cntr.operator.SessionReconciler} carries the steps
 * out through {@link dev.cntr.operator.Sessions}, every write guarded by the resource version that was looked at. What the agent does (prepare, run,
 * clean up) is never done or guessed here; the operator only bounds how long it waits for it.
 */
@NullMarked
package dev.cntr.operator;

import org.jspecify.annotations.NullMarked;
