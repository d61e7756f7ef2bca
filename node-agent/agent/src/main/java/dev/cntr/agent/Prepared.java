package dev.cntr.agent;

import dev.cntr.attach.DebugContainer;
import dev.cntr.linux.cgroup.CgroupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A session's debug container and what serves its tools.
 *
 * @param container parked before its command until it is started
 * @param tools what is at its root; must live as long
 */
record Prepared(DebugContainer container, SessionTools tools) implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Prepared.class);

    /** Ends both. A cgroup that cannot be removed is removed by the next agent. */
    @Override
    public void close() {
        try {
            container.close();
        } catch (CgroupException e) {
            log.warn("{}", AgentException.chain(e));
        }
        tools.close();
    }
}
