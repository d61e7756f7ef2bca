package dev.cntr.engine.local;

import dev.cntr.engine.EngineException;
import dev.cntr.engine.EngineType;
import dev.cntr.engine.MountableImage;
import dev.cntr.engine.NodeImages;
import dev.cntr.engine.RegistryLogin;
import dev.cntr.engine.StoredImage;
import dev.cntr.engine.containerd.ContainerdEngine;
import dev.cntr.engine.containerd.ContainerdImages;
import dev.cntr.engine.cri.CriEngine;
import dev.cntr.engine.cri.StorageImages;
import dev.cntr.engine.docker.DockerEngine;
import dev.cntr.engine.podman.PodmanEngine;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** Images of this machine's engines: docker's, root's podman's, containerd's. */
public final class LocalImages {
    private static final List<EngineType> TYPES = List.of(EngineType.DOCKER, EngineType.PODMAN, EngineType.CONTAINERD);

    /** The machine's, whose processes this program sees. */
    private static final Path ROOT = Path.of("/proc/1/root");

    private LocalImages() {}

    /**
     * The images of a node's container runtime. Of what others than containerd and CRI-O say of their images no tree can be made: asking for one fails with that.
     *
     * @param runtime stays the caller's, and open
     * @param owner the name of the process for which images are held, by which others know whether it lives
     */
    public static NodeImages of(CriEngine runtime, String owner) {
        String version = runtime.version();
        if (version.startsWith(ContainerdEngine.NAME + " ")) {
            return new ContainerdImages(runtime.images(), owner);
        }
        return CriEngine.isCrio(version) ? new StorageImages(runtime.images(), ROOT) : new UnmountableImages(version);
    }

    /** Those of a runtime that has no interface by which a tree can be had. */
    private record UnmountableImages(String runtime) implements NodeImages {
        @Override
        public String pulled(String reference, List<RegistryLogin> logins, Runnable pulls) {
            throw refused();
        }

        private EngineException refused() {
            return new EngineException.Unsupported(
                    "the container runtime of this node, " + runtime
                            + ", does not tell how its images are mounted; tools of"
                            + " an image need containerd or CRI-O: take those of the agent or of a container",
                    null);
        }

        @Override
        public MountableImage hold(String id, String reference) {
            throw refused();
        }

        @Override
        public MountableImage holdImageOf(String containerId) {
            throw refused();
        }

        @Override
        public void releaseLeftovers(Predicate<String> lives) {}
    }

    /**
     * The first that an engine has.
     *
     * @param reference {@code NAME}, as each engine's own command line takes it, or {@code ENGINE:NAME}
     * @param environment whose variables say where an engine listens
     * @throws EngineException.NotFound where none has it, with what each said
     */
    public static StoredImage find(String reference, Map<String, String> environment) {
        for (EngineType type : TYPES) {
            if (reference.startsWith(type.word() + ":")) {
                return find(type, reference.substring(type.word().length() + 1), environment);
            }
        }
        List<String> said = new ArrayList<>();
        for (EngineType type : TYPES) {
            try {
                return find(type, reference, environment);
            } catch (EngineException e) {
                said.add("\n  " + type.word() + ": " + e.getMessage());
            }
        }
        throw new EngineException.NotFound("there is no image \"" + reference
                + "\": no such file or directory, and of the engines said" + String.join("", said));
    }

    private static StoredImage find(EngineType type, String name, Map<String, String> environment) {
        return switch (type) {
            case DOCKER -> DockerEngine.of(environment.get("DOCKER_HOST")).image(name);
            case PODMAN -> PodmanEngine.find().image(name);
            case CONTAINERD -> {
                ContainerdEngine engine = ContainerdEngine.of(environment.get("CONTAINERD_ADDRESS"));
                try {
                    yield engine.image(name);
                } catch (RuntimeException e) {
                    engine.close();
                    throw e;
                }
            }
            case PID, NSPAWN, LXC, LXD, CRI, COMMAND, RKT ->
                throw new EngineException.Unsupported(type.word() + " has no images that can be tools", null);
        };
    }
}
