package dev.cntr.attach.tools;

import dev.cntr.engine.MountableImage;
import dev.cntr.linux.mount.Mount;
import dev.cntr.linux.proc.MountInfo;
import dev.cntr.linux.proc.PinnedProcess;
import dev.cntr.linux.proc.ProcessFiles;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * The image that this program's container was made of, without what the container adds to it: a container's own directory is removed with the container, and a tree with it among its layers cannot be listed
 * any more. The image's own layers stay for as long as the runtime has the image.
 */
public final class OverlayRoot {
    private static final String LOWER = "lowerdir=";

    private OverlayRoot() {}

    /** The directories of the image below this program's root, the uppermost first, as the runtime has named them; empty where the root is no overlay, or they are named relatively. */
    public static List<Path> layers() {
        try (ProcessFiles self = ProcessFiles.ofCallingThread()) {
            return layers(self.mounts());
        }
    }

    static List<Path> layers(List<MountInfo> mounts) {
        List<Path> layers = mounts.reversed().stream()
                .filter(mount -> mount.mountPoint().equals("/"))
                .filter(mount -> mount.type().equals("overlay"))
                .flatMap(mount -> mount.superOptions().stream())
                .filter(option -> option.startsWith(LOWER))
                .flatMap(
                        option -> Arrays.stream(option.substring(LOWER.length()).split(":", -1)))
                .map(Path::of)
                .toList();
        return layers.stream().allMatch(Path::isAbsolute) ? layers : List.of();
    }

    /**
     * Its tree, attached nowhere.
     *
     * @param runtime to which the layers are where they are named
     */
    public static Mount mount(PinnedProcess runtime) {
        return LayerStack.mount(runtime, new MountableImage("image of this container", List.of(), layers(), () -> {}));
    }
}
