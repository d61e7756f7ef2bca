package dev.cntr.attach.tools;

import dev.cntr.engine.MountableImage;
import dev.cntr.linux.ErrnoException;
import dev.cntr.linux.Fd;
import dev.cntr.linux.Kernel;
import dev.cntr.linux.Scratch;
import dev.cntr.linux.Syscall;
import dev.cntr.linux.mount.Mount;
import dev.cntr.linux.mount.MountNamespace;
import dev.cntr.linux.proc.Namespace;
import dev.cntr.linux.proc.PinnedProcess;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * The tree of an image, from the directories in which a container runtime keeps its layers: one of them as it is, several under a read-only overlay.
 * It is mounted in a copy of the runtime's mount namespace, and attached nowhere: neither the machine nor this program sees a mount.
 */
final class LayerStack {
    /** In the copied namespace the overlay is mounted over it, to be cloned from there: every machine has the place. */
    private static final String PLACE = "/proc";

    private static final long MS_RDONLY_NOSUID_NODEV = 1 | 2 | 4;

    /** Options of mount(2) have to fit into a page, with a NUL. */
    private static final int MOST_OPTIONS = 4095;

    private LayerStack() {}

    /**
     * The tree, attached nowhere.
     *
     * @param runtime to which the layers are where the image says
     */
    static Mount mount(PinnedProcess runtime, MountableImage image) {
        List<Path> layers = image.layers();
        Path common = common(layers);
        String options = "lowerdir="
                + layers.stream()
                        .map(layer -> common.relativize(layer).toString())
                        .collect(Collectors.joining(":"));
        if (options.length() > MOST_OPTIONS) {
            throw new ToolsException("the " + image.description() + " has " + layers.size()
                    + " layers, more than can be named to mount(2): take one with fewer");
        }
        Mount.Extent extent = Mount.Extent.ONE; // no class of this program can be loaded in another namespace
        String single = layers.getFirst().toString();
        boolean one = layers.size() == 1;
        String directory = common.toString();
        try (Fd namespace = runtime.files().openNamespace(Namespace.MNT)) {
            return MountNamespace.callInCopyOf(namespace, () -> {
                if (one) {
                    return Mount.clone(single, extent);
                }
                overlay(directory, options);
                return Mount.clone(PLACE, extent);
            });
        } catch (ErrnoException e) {
            runtime.verify();
            throw new ToolsException("cannot mount the " + image.description() + ": " + e.getMessage(), e);
        }
    }

    /** The lowest directory above all: the options are short by what they have in common. */
    private static Path common(List<Path> layers) {
        Path common = layers.getFirst();
        for (Path layer : layers) {
            while (!layer.startsWith(common)) {
                common = Objects.requireNonNull(common.getParent(), "the root is above all");
            }
        }
        return common;
    }

    private static void overlay(String directory, String options) {
        try (Scratch s = new Scratch()) {
            Kernel kernel = Kernel.current();
            ErrnoException.check(kernel.call(Syscall.CHDIR, s.string(directory)), Syscall.CHDIR, directory);
            long type = s.string("overlay");
            long r = kernel.call(Syscall.MOUNT, type, s.string(PLACE), type, MS_RDONLY_NOSUID_NODEV, s.string(options));
            ErrnoException.check(r, Syscall.MOUNT, "overlay of " + options + " in " + directory);
        }
    }
}
