package dev.cntr.agent;

import dev.cntr.agent.retired.HeldSession;
import dev.cntr.agent.retired.Place;
import dev.cntr.agent.retired.RetiredAgents;
import dev.cntr.agent.retired.Retirement;
import dev.cntr.attach.tools.OverlayRoot;
import dev.cntr.linux.ErrnoException;
import dev.cntr.linux.cgroup.CgroupException;
import dev.cntr.linux.cgroup.OutsidePod;
import dev.cntr.linux.proc.PinnedProcess;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How an agent goes on without its pod: in cgroups of its own, found by the next agent. Its container ends, since the container's first process is not the agent's but one that ends with 0 when it is told so
 * ({@code supervise}).
 *
 * @param podUid whose cgroups are left
 * @param supervisor the container's first process
 * @param patience without an agent that serves the node
 * @param place where retired agents of the node are found
 * @param cgroups how the names of their cgroups begin
 */
record Lingering(String podUid, int supervisor, Duration patience, Place place, String cgroups) {
    private static final Logger log = LoggerFactory.getLogger(Lingering.class);
    private static final int SIGUSR1 = 10;

    /** Empty where this agent ends its sessions when it is stopped: it is told to, or it was not started as one that goes on. */
    static Optional<Lingering> of(AgentConfig config) {
        if (config.lingers().isZero() || config.podUid().isEmpty()) {
            return Optional.empty();
        }
        Optional<Integer> parent = ProcessHandle.current().parent().map(handle -> (int) handle.pid());
        if (parent.isEmpty() || !parent.equals(config.supervisor())) {
            log.warn(
                    "sessions end with this agent: its container's first process is not the supervisor that lets it go on without");
            return Optional.empty();
        }
        if (OverlayRoot.layers().isEmpty()) {
            log.warn(
                    "sessions end with this agent: the tools' tree would go with its container, whose root is not on overlayfs");
            return Optional.empty();
        }
        return Optional.of(new Lingering(
                config.podUid().get(),
                parent.get(),
                config.lingers(),
                Place.beside(config.relaySocket()),
                cgroups(config)));
    }

    /** A node may run inside another one's container. */
    static String cgroups(AgentConfig config) {
        return "cntr-retired-%08x-".formatted(config.nodeName().hashCode());
    }

    /** An agent that goes on. */
    record Retired(String name, Retirement retirement, OutsidePod outside) implements AutoCloseable {
        @Override
        public void close() {
            retirement.close();
            outside.close();
        }
    }

    /** Leaves the pod's cgroups, and can be found; empty, with the reason logged, where that cannot be. The container is still there. */
    Optional<Retired> retire(Supplier<List<HeldSession>> held, Retirement.Successor successor) {
        ProcessHandle self = ProcessHandle.current();
        String name = RetiredAgents.nameOf(self);
        try {
            OutsidePod outside = OutsidePod.move(podUid, RetiredAgents.cgroupOf(cgroups, name));
            try {
                return Optional.of(new Retired(name, new Retirement(place, name, held, successor), outside));
            } catch (IOException e) {
                outside.close();
                throw e;
            }
        } catch (CgroupException | ErrnoException | IOException e) {
            log.warn("sessions end with this agent: it cannot go on without its pod: {}", AgentException.chain(e));
            return Optional.empty();
        }
    }

    /** Ends the container, after the last that is to be in its log. */
    void leave(Retired retired) {
        try {
            retired.retirement().takeLog();
        } catch (IOException | ErrnoException e) {
            log.warn("what this agent logs from now on is lost: {}", AgentException.chain(e));
        }
        try (PinnedProcess first = PinnedProcess.open(supervisor)) {
            first.signal(SIGUSR1);
        }
    }
}
