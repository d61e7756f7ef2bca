package dev.cntr.engine.local;

import dev.cntr.engine.Engine;
import dev.cntr.engine.EngineException;
import dev.cntr.engine.EngineType;
import dev.cntr.engine.Engines;
import dev.cntr.engine.StartEvents;
import dev.cntr.engine.containerd.ContainerEvents;
import dev.cntr.engine.containerd.ContainerdEngine;
import dev.cntr.engine.cri.CreatedContainers;
import dev.cntr.engine.cri.CriEngine;
import dev.cntr.engine.docker.DockerEngine;
import dev.cntr.engine.lxc.LxcEngine;
import dev.cntr.engine.lxd.LxdEngine;
import dev.cntr.engine.nspawn.NspawnEngine;
import dev.cntr.engine.podman.PodmanEngine;
import dev.cntr.engine.process.CommandEngine;
import dev.cntr.engine.process.PidEngine;
import java.util.Map;

/** Opens the engines of this machine. Only the classes of those that are opened are loaded. */
public final class LocalEngines {
    private LocalEngines() {}

    /**
     * All of them.
     *
     * @param environment whose variables say where an engine listens
     * @param self who asks: neither it nor one of its ancestors is a command that is meant
     */
    public static Engines all(Map<String, String> environment, int self) {
        return new Engines(type -> open(type, environment, self));
    }

    /**
     * One of them. It may turn out only later that it does not answer.
     *
     * @throws EngineException.Absent where it is not on this machine
     * @throws EngineException.Unsupported where it can be nowhere
     */
    private static Engine open(EngineType type, Map<String, String> environment, int self) {
        return switch (type) {
            case PID -> new PidEngine();
            case DOCKER -> DockerEngine.of(environment.get("DOCKER_HOST"));
            case PODMAN -> PodmanEngine.find();
            case NSPAWN -> NspawnEngine.find();
            case LXC -> LxcEngine.find();
            case LXD -> LxdEngine.of(environment);
            case CRI -> CriEngine.of(environment.get("CONTAINER_RUNTIME_ENDPOINT"));
            case CONTAINERD -> ContainerdEngine.of(environment.get("CONTAINERD_ADDRESS"));
            case COMMAND -> new CommandEngine(self);
            case RKT ->
                throw new EngineException.Unsupported(
                        "rkt no longer exists: its last release was of 2018, and the project ended in 2020. Run the image"
                                + " with podman or containerd",
                        null);
        };
    }

    /**
     * What a node's container runtime tells of the starts of one container of one pod, from about now on.
     *
     * @param runtime stays the caller's, and open
     * @param podUid as the runtime's labels have it
     */
    public static StartEvents starts(CriEngine runtime, String podUid, String container) {
        return CriEngine.isCrio(runtime.version())
                ? new CreatedContainers(runtime, podUid, container)
                : ContainerEvents.on(runtime.socket());
    }
}
