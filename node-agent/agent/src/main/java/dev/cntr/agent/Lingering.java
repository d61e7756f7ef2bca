package dev.cntr.agent;

import dev.cntr.agent.retired.Counts;
import dev.cntr.agent.retired.HeldSession;
import dev.cntr.agent.retired.Place;
import dev.cntr.agent.retired.RetiredAgents;
import dev.cntr.agent.retired.Retirement;
import dev.cntr.api.Names;
import dev.cntr.attach.tools.OverlayRoot;
import dev.cntr.engine.EngineException;
import dev.cntr.engine.ListedContainer;
import dev.cntr.engine.MountableImage;
import dev.cntr.engine.NodeImages;
import dev.cntr.engine.cri.CriEngine;
import dev.cntr.fuse.TreeOptions;
import dev.cntr.linux.ErrnoException;
import dev.cntr.linux.cgroup.CgroupException;
import dev.cntr.linux.cgroup.OutsidePod;
import dev.cntr.linux.proc.PinnedProcess;
import dev.cntr.linux.proc.ProcessGoneException;
import java.io.IOException;
import java.nio.file.Path;
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
    private static final Duration SUPERVISOR_ENDS = Duration.ofSeconds(5);

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

    /**
     * The tools' tree without what a container adds to its image: the container's own part of it goes with the container.
     *
     * @throws RuntimeException where it cannot be had
     */
    static TreeOptions.Source tools(Path tools) {
        if (!tools.equals(Path.of("/"))) {
            return new TreeOptions.Source.MountAt(tools);
        }
        try (PinnedProcess init = PinnedProcess.open(1)) {
            return new TreeOptions.Source.Detached(OverlayRoot.mount(init));
        }
    }

    /**
     * Holds the image of this program's container: the runtime may remove one that no container has.
     *
     * @return lets it go; does nothing, with the reason logged, where it cannot be held
     */
    Runnable holdImage(CriEngine runtime, NodeImages images) {
        try {
            String id = runtime.startsOf(podUid, Names.AGENT).stream()
                    .filter(ListedContainer::running)
                    .map(container -> container.ref().id())
                    .filter(container -> runtime.running(container).pid() == supervisor)
                    .findFirst()
                    .orElseThrow(() -> new EngineException.NotFound("the container runtime has no running container "
                            + Names.AGENT + " of pod " + podUid + " whose first process is " + supervisor));
            MountableImage image = images.holdImageOf(id);
            log.info("the {} is held", image.description());
            return () -> letGo(image);
        } catch (EngineException e) {
            log.warn(
                    "the image of this agent may be removed while it keeps sessions, whose tools then lose their files: {}",
                    AgentException.chain(e));
            return () -> {};
        }
    }

    private static void letGo(MountableImage image) {
        try {
            image.close();
        } catch (EngineException e) {
            log.warn("the {} is let go by the next agent: {}", image.description(), AgentException.chain(e));
        }
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

    /**
     * Leaves the pod's cgroups, and can be found; empty, with the reason logged, where that cannot be. The container is still there.
     *
     * @param name as of {@link dev.cntr.agent.retired.RetiredName}
     * @param counts what is counted from now on
     */
    Optional<Retired> retire(
            String name, Supplier<List<HeldSession>> held, Counts counts, Retirement.Successor successor) {
        try {
            OutsidePod outside = OutsidePod.move(podUid, RetiredAgents.cgroupOf(cgroups, name));
            try {
                return Optional.of(new Retired(name, new Retirement(place, name, held, counts, successor), outside));
            } catch (IOException e) {
                outside.close();
                throw e;
            }
        } catch (CgroupException | ErrnoException | IOException e) {
            log.warn("sessions end with this agent: it cannot go on without its pod: {}", AgentException.chain(e));
            return Optional.empty();
        }
    }

    /** Ends the container, after the last that is to be in its log, and waits for its first process, which passes on signals until then. */
    void leave(Retired retired) {
        try {
            retired.retirement().takeLog();
        } catch (IOException | ErrnoException e) {
            log.warn("what this agent logs from now on is lost: {}", AgentException.chain(e));
        }
        try (PinnedProcess first = PinnedProcess.open(supervisor)) {
            first.signal(SIGUSR1);
            first.awaitExit(SUPERVISOR_ENDS);
        } catch (ProcessGoneException _) {
            // nothing is passed on any more
        }
    }
}
