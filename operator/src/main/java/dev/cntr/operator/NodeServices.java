package dev.cntr.operator;

/** Which agent and which relay serve a node. */
interface NodeServices {
    /** The agent that serves the node best. */
    Presence agentOn(String node);

    /** The relay that serves the node best. */
    Presence relayOn(String node);

    /** Whoever keeps the sessions that were given to the agent pod of that name: where agents leave theirs to others, another one of its node. */
    Presence keeper(String pod, String node);
}
