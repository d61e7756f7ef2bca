/**
 * An agent whose pod ends while sessions live goes on without it, and the agent that comes after it lends it what it lost. {@link dev.cntr.agent.retired.Retirement} is the one's part,
 * {@link dev.cntr.agent.retired.RetiredAgents} the other's; they meet in a directory of the node that only root may open.
 */
@NullMarked
package dev.cntr.agent.retired;

import org.jspecify.annotations.NullMarked;
