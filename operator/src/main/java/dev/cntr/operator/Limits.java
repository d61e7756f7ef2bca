package dev.cntr.operator;

import dev.cntr.api.DebugSession;
import dev.cntr.api.ToolsSpec;
import java.time.Duration;

/**
 * How long the operator waits for others.
 *
 * @param placement until a pod runs and its node has an agent and a relay
 * @param preparation until the agent has prepared a placed session
 * @param pull how much longer where it may have to have an image pulled
 * @param agentSilence until an agent that turned unready counts as lost
 * @param expiry beyond a session's time to live until the operator ends it in the agent's stead, who cleans up first
 * @param cleanup from an object's deletion until its finalizer goes whatever the agent does
 * @param recheck between two looks at a pod that has not started yet
 */
record Limits(
        Duration placement,
        Duration preparation,
        Duration pull,
        Duration agentSilence,
        Duration expiry,
        Duration cleanup,
        Duration recheck) {
    static final Limits DEFAULT = new Limits(
            Duration.ofSeconds(30),
            Duration.ofSeconds(30),
            Duration.ofMinutes(4),
            Duration.ofSeconds(30),
            Duration.ofSeconds(2),
            Duration.ofSeconds(10),
            Duration.ofMillis(500));

    /** How long the agent may take to prepare a session. */
    Duration preparation(DebugSession session) {
        return session.getSpec().tools().source() == ToolsSpec.Source.IMAGE ? preparation.plus(pull) : preparation;
    }
}
