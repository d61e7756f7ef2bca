package dev.cntr.agent;

import dev.cntr.attach.DebugContainer;

/**
 * A session's debug container and what serves its tools.
 *
 * @param container parked before its command until it is started
 * @param tools what is at its root; must live as long
 */
record Prepared(DebugContainer container, SessionTools tools) implements AutoCloseable {
    @Override
    public void close() {
        container.close();
        tools.close();
    }
}
