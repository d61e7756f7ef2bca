package dev.cntr.engine.docker;

import dev.cntr.engine.Engine;
import dev.cntr.engine.EngineException;
import dev.cntr.engine.ListedContainer;
import dev.cntr.engine.RunningContainer;
import dev.cntr.engine.StoredImage;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Docker's daemon on this machine. */
public final class DockerEngine implements Engine {
    public static final String NAME = "docker";

    private static final String DEFAULT = "/var/run/docker.sock";
    private static final String UNIX = "unix://";

    private final DockerApi api;

    private DockerEngine(Path socket) {
        this.api = new DockerApi(NAME, socket);
    }

    /** The one on a socket. */
    public static DockerEngine on(Path socket) {
        return new DockerEngine(socket);
    }

    /**
     * The one that docker's own client would ask.
     *
     * @param dockerHost the variable DOCKER_HOST
     * @throws EngineException.Unsupported where that is another machine
     */
    public static DockerEngine of(@Nullable String dockerHost) {
        if (dockerHost == null || dockerHost.isEmpty()) {
            return on(Path.of(DEFAULT));
        }
        if (!dockerHost.startsWith(UNIX + "/")) {
            throw new EngineException.Unsupported(
                    "DOCKER_HOST=" + dockerHost
                            + " is no unix socket: only containers of this machine can be attached to",
                    null);
        }
        return on(Path.of(dockerHost.substring(UNIX.length())));
    }

    @Override
    public String version() {
        return api.version();
    }

    @Override
    public RunningContainer running(String id) {
        return api.running(id);
    }

    @Override
    public RunningContainer find(String reference) {
        return api.find(reference);
    }

    @Override
    public List<ListedContainer> list() {
        return api.list();
    }

    /** See {@link DockerApi#image}. */
    public StoredImage image(String reference) {
        return api.image(reference);
    }

    @Override
    public void close() {}
}
