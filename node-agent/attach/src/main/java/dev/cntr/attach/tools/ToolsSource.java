package dev.cntr.attach.tools;

import dev.cntr.attach.AttachPlan;
import dev.cntr.fuse.ServedTree;
import dev.cntr.fuse.TreeOptions;
import dev.cntr.fuse.TreeProvider;
import dev.cntr.image.ImageCache;
import dev.cntr.linux.Fd;
import dev.cntr.linux.OpenFlag;
import dev.cntr.linux.mount.WritableLayer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Where the tools of a debug container come from. */
public sealed interface ToolsSource {
    /** Looks, and changes nothing. */
    Preview preview();

    /**
     * Makes their tree ready.
     *
     * @param provider how they are served
     * @param wishes in what they are to differ from what is there
     * @throws RuntimeException with what is the matter; nothing is left then
     */
    Tools open(TreeProvider provider, Wishes wishes);

    /**
     * In what tools differ from where they come from.
     *
     * @param layer what takes all that is written to them; else it goes where they are, unless they are read-only
     * @param hidden paths below their root that are not to be there
     */
    record Wishes(Optional<WritableLayer> layer, List<String> hidden) {
        /** As they are. */
        public static final Wishes NONE = new Wishes(Optional.empty(), List.of());

        private TreeOptions apply(TreeOptions options) {
            TreeOptions without = options.masked(hidden);
            return layer.map(without::writable).orElse(without);
        }
    }

    /**
     * What is known of tools that are not open.
     *
     * @param description in words
     * @param path where commands are in them; empty where they tell none
     */
    record Preview(String description, Optional<String> path) {}

    /** A directory of this machine, with everything mounted below it; it can be changed. */
    record Directory(Path path) implements ToolsSource {
        @Override
        public Preview preview() {
            return new Preview("the directory " + path, Optional.empty());
        }

        @Override
        public Tools open(TreeProvider provider, Wishes wishes) {
            if (wishes.layer().isEmpty()) {
                Tools.makePlace(path);
            }
            try (Fd root = Fd.open(path.toString(), OpenFlag.O_PATH, OpenFlag.O_DIRECTORY)) {
                ServedTree tree =
                        provider.serve(wishes.apply(TreeOptions.host(new TreeOptions.Source.Directory(root))));
                return new Tools(tree, wishes.layer().isPresent(), Optional.empty(), Optional.empty());
            }
        }
    }

    /**
     * The image in a file, unpacked into a cache where it is not yet: an OCI layout, a tar of one, or what {@code docker save}
     * writes. Read-only.
     *
     * @param tag which one, where the file has several
     */
    record Image(ImageCache cache, Path file, Optional<String> tag) implements ToolsSource {
        /** Where unpacked images are: one directory for all who run cntr as root. */
        public static final Path CACHE = Path.of("/var/cache/cntr/images");

        /** Images in a directory, each with the places that a debug container needs. */
        public static ImageCache cache(Path directory) {
            return new ImageCache(directory, MOUNT_POINTS);
        }

        private static final ImageCache.MountPoints MOUNT_POINTS = new ImageCache.MountPoints(
                List.of(AttachPlan.TARGET_ROOT.substring(1), "proc", "sys", "dev", "tmp"), AttachPlan.TARGET_FILES);

        @Override
        public Preview preview() {
            ImageCache.Described image = cache.describe(file, tag);
            String where = (image.unpacked() ? ", unpacked in " : ", to be unpacked into ") + image.root();
            return new Preview("the image " + image.id() + " of " + file + where, path(image.environment()));
        }

        @Override
        public Tools open(TreeProvider provider, Wishes wishes) {
            ImageCache.Held image = cache.open(file, tag);
            try {
                ServedTree tree = provider.serve(wishes.apply(TreeOptions.image(image.root())));
                return new Tools(tree, false, path(image.environment()), Optional.of(image));
            } catch (RuntimeException e) {
                image.close();
                throw e;
            }
        }

        private static Optional<String> path(List<String> environment) {
            return environment.stream()
                    .filter(variable -> variable.startsWith("PATH="))
                    .map(variable -> variable.substring("PATH=".length()))
                    .filter(path -> !path.isEmpty())
                    .findFirst();
        }
    }
}
