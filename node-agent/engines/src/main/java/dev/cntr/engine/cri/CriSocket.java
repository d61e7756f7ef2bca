package dev.cntr.engine.cri;

import dev.cntr.engine.EngineException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/** Where runtimes listen. */
public final class CriSocket {
    /** containerd, CRI-O, and the containerd inside k3s, at their default places. */
    public static final List<Path> CANDIDATES = List.of(
            Path.of("/run/containerd/containerd.sock"),
            Path.of("/run/crio/crio.sock"),
            Path.of("/run/k3s/containerd/containerd.sock"));

    private static final String UNIX = "unix://";

    private CriSocket() {}

    /**
     * The socket that an endpoint means, as crictl takes it: {@code unix:///PATH}, or a path.
     *
     * @throws EngineException.Unsupported where it is none of a file
     */
    static Path of(String endpoint) {
        String path = endpoint.startsWith(UNIX) ? endpoint.substring(UNIX.length()) : endpoint;
        if (!path.startsWith("/")) {
            throw new EngineException.Unsupported(
                    "CONTAINER_RUNTIME_ENDPOINT=" + endpoint
                            + " is no unix socket: only containers of this machine can be attached to; like crictl, cntr takes "
                            + UNIX + "/PATH",
                    null);
        }
        return Path.of(path);
    }

    /**
     * The first of some paths that exists.
     *
     * @throws EngineException.Absent naming all of them
     */
    public static Path find(List<Path> candidates) {
        return candidates.stream()
                .filter(Files::exists)
                .findFirst()
                .orElseThrow(() ->
                        new EngineException.Absent("no container runtime of Kubernetes listens on this node: none of "
                                + candidates.stream().map(Path::toString).collect(Collectors.joining(", "))
                                + " exists"));
    }
}
