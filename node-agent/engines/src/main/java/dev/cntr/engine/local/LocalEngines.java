package dev.cntr.engine.local;

import dev.cntr.engine.Engine;
import dev.cntr.engine.EngineException;
import dev.cntr.engine.EngineType;
import dev.cntr.engine.Engines;
import dev.cntr.engine.containerd.ContainerdEngine;
import dev.cntr.engine.cri.CriEngine;
import dev.cntr.engine.docker.DockerEngine;
import dev.cntr.engine.lxc.LxcEngine;
import dev.cntr.engine.lxd.LxdEngine;
import dev.cntr.engine.nspawn.NspawnEngine;
import dev.cntr.engine.podman.PodmanEngine;
import dev.cntr.engine.process.CommandEngine;
import dev.cntr.engine.process.PidEngine;

/** Opens the engines of this machine. Only the classes of those that are opened are loaded. */
public final class LocalEngines {
    private LocalEngines() {}

    /** All of them. */
    public static Engines all() {
        return new Engines(LocalEngines::open);
    }

    /**
     * One of them. It may turn out only later that it does not answer.
     *
     * @throws EngineException.Absent where it is not on this machine
     * @throws EngineException.Unsupported where it can be nowhere
     */
    public static Engine open(EngineType type) {
        return switch (type) {
            case PID -> new PidEngine();
            case DOCKER -> DockerEngine.of(System.getenv("DOCKER_HOST"));
            case PODMAN -> PodmanEngine.find();
            case NSPAWN -> NspawnEngine.find();
            case LXC -> LxcEngine.find();
            case LXD -> LxdEngine.of(System.getenv());
            case CRI -> CriEngine.find();
            case CONTAINERD -> ContainerdEngine.of(System.getenv("CONTAINERD_ADDRESS"));
            case COMMAND -> new CommandEngine();
            case RKT ->
                throw new EngineException.Unsupported(
                        "rkt no longer exists: its last release was of 2018, and the project ended in 2020. Run the image"
                                + " with podman or containerd",
                        null);
        };
    }
}
