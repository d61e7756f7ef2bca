package dev.cntr.agent;

import dev.cntr.api.DebugSession;
import dev.cntr.attach.OwnCgroup;
import dev.cntr.linux.cgroup.CgroupException;
import dev.cntr.linux.cgroup.CgroupLimits;
import dev.cntr.linux.cgroup.CgroupTree;
import java.util.Optional;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The limits that a session has for itself, {@code spec.resources}: a cgroup of its own, beside the container's. */
final class SessionLimits {
    private static final Logger log = LoggerFactory.getLogger(SessionLimits.class);

    private final String prefix;

    /** @param nodeName whose sessions these are: a node may run inside another one's container */
    SessionLimits(String nodeName) {
        prefix = "cntr-session-%08x-".formatted(nodeName.hashCode());
    }

    /** Empty where the session is limited with the container. */
    Optional<OwnCgroup> of(DebugSession session, FoundTarget target) {
        return session.getSpec()
                .limits()
                .map(limits -> new OwnCgroup(
                        prefix + session.getMetadata().getUid(),
                        Optional.of(target.containerId()),
                        new CgroupLimits(limits.milliCpu(), limits.memoryBytes(), limits.pidCount())));
    }

    /**
     * Of sessions of an agent that was killed.
     *
     * @param live whether the session of a uid lives, here or with another agent
     */
    void removeLeftovers(Predicate<String> live) {
        try {
            CgroupTree.sweep(prefix, live)
                    .forEach(done -> log.info("cgroup of a session of an earlier agent: {}", done));
        } catch (CgroupException e) {
            log.warn("cgroups that an earlier agent has left stay: {}", AgentException.chain(e));
        }
    }
}
