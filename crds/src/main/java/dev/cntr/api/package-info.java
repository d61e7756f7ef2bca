/**
 * The custom resource {@link dev.cntr.api.DebugSession} as Java records, and the few pure rules on it that the operator, the agent and the plugin
 * share: how a condition is set, when a session is over, how long it may live.
 *
 * <p>The CRD's YAML is generated from these records when this module is built; nobody edits it. {@link dev.cntr.api.Names} holds every fixed name,
 * {@link dev.cntr.api.Reason} every reason that a condition may give.
 */
@NullMarked
package dev.cntr.api;

import org.jspecify.annotations.NullMarked;
