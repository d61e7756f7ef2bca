package dev.cntr.operator;

/** Which agent and which relay serve a node. */
interface NodeServices {
    /** The agent that serves the node best. */
    Presence agentOn(String node);

    /** The relay that serves the node best. */
    Presence relayOn(String node);

    /** The agent pod of that name. */
    Presence agent(String pod);
}
