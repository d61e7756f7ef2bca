package dev.cntr.engine.containerd;

import dev.cntr.engine.EngineException;
import dev.cntr.engine.containerd.ContainerdProto.Mount;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** What a snapshotter says is to be mounted for a view ({@code core/mount} of containerd). */
final class SnapshotMounts {
    private static final String LOWER = "lowerdir=";

    private SnapshotMounts() {}

    /**
     * The directories of the view, the uppermost first.
     *
     * @throws EngineException.Unsupported where it is anything but directories that lie over each other
     */
    static List<Path> layers(List<Mount> mounts, String description) {
        if (mounts.size() == 1) {
            Mount mount = mounts.getFirst();
            switch (mount.getType()) {
                case "bind" -> {
                    return List.of(Path.of(mount.getSource()));
                }
                case "overlay" -> {
                    return mount.getOptionsList().stream()
                            .filter(option -> option.startsWith(LOWER))
                            .flatMap(option -> Arrays.stream(
                                    option.substring(LOWER.length()).split(":", -1)))
                            .map(Path::of)
                            .toList();
                }
                default -> {
                    // said below
                }
            }
        }
        throw new EngineException.Unsupported(
                "the snapshotter of " + description + " wants it mounted as "
                        + mounts.stream().map(Mount::getType).toList() + ", and not as bind or overlay"
                        + ": take an image of a node with the snapshotter overlayfs",
                null);
    }
}
