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

    private CriSocket() {}

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
