package dev.cntr.attach.tools;

import dev.cntr.attach.AttachPlan;
import dev.cntr.attach.exec.SessionMount;
import dev.cntr.engine.MountableImage;
import dev.cntr.engine.StoredImage;
import dev.cntr.fuse.ServedTree;
import dev.cntr.fuse.TreeOptions;
import dev.cntr.fuse.TreeProvider;
import dev.cntr.fuse.TreeReport;
import dev.cntr.fuse.passthrough.Owner;
import dev.cntr.image.ImageCache;
import dev.cntr.linux.Errno;
import dev.cntr.linux.ErrnoException;
import dev.cntr.linux.Fd;
import dev.cntr.linux.OpenFlag;
import dev.cntr.linux.mount.Mount;
import dev.cntr.linux.mount.MountNamespace;
import dev.cntr.linux.mount.Propagation;
import dev.cntr.linux.mount.WritableLayer;
import dev.cntr.linux.proc.Namespace;
import dev.cntr.linux.proc.PinnedProcess;
import dev.cntr.oci.process.Environment;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Where the tools of a debug container come from. */
public sealed interface ToolsSource {
    /** Looks, and changes nothing. */
    Preview preview();

    /**
     * Finds out how they would be served: they are, for a moment, without being attached anywhere.
     *
     * @return empty where that cannot be told yet, since they still have to be unpacked
     * @throws RuntimeException where they cannot be served
     */
    default Optional<TreeReport> probe(TreeProvider provider, Wishes wishes) {
        try (Tools tools = open(provider, wishes)) {
            return Optional.of(tools.report());
        }
    }

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
     * @param exclusive whether nobody else changes them meanwhile: {@link TreeOptions#withExclusive}
     * @param owner whose what is made in them becomes; empty for the session's user. Of use where they can be changed
     * @param seLinuxContext of all their files: {@link TreeOptions#withSeLinuxContext}
     */
    record Wishes(
            Optional<WritableLayer> layer,
            List<String> hidden,
            boolean exclusive,
            Optional<Owner> owner,
            Optional<String> seLinuxContext) {
        /** As they are. */
        public static final Wishes NONE =
                new Wishes(Optional.empty(), List.of(), false, Optional.empty(), Optional.empty());

        private TreeOptions apply(TreeOptions options) {
            TreeOptions masked = options.masked(hidden);
            TreeOptions without = exclusive ? masked.withExclusive() : masked;
            TreeOptions owned = owner.map(without::ownedBy).orElse(without);
            TreeOptions labelled = seLinuxContext.map(owned::withSeLinuxContext).orElse(owned);
            return layer.map(labelled::writable).orElse(labelled);
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
            return new Tools(serve(provider, wishes), wishes.layer().isPresent(), Optional.empty(), () -> {});
        }

        @Override
        public Optional<TreeReport> probe(TreeProvider provider, Wishes wishes) {
            try (ServedTree tree = serve(provider, wishes)) {
                return Optional.of(tree.report());
            }
        }

        private ServedTree serve(TreeProvider provider, Wishes wishes) {
            try (Fd root = Fd.open(path.toString(), OpenFlag.O_PATH, OpenFlag.O_DIRECTORY)) {
                return provider.serve(wishes.apply(TreeOptions.host(new TreeOptions.Source.Directory(root))));
            }
        }
    }

    /** An image, unpacked into a cache where it is not yet. Read-only. */
    record Image(ImageCache cache, From from) implements ToolsSource {
        /** Where unpacked images are: one directory for all who run cntr as root. */
        public static final Path CACHE = Path.of("/var/cache/cntr/images");

        private static final ImageCache.MountPoints MOUNT_POINTS = new ImageCache.MountPoints(
                List.of(
                        AttachPlan.TARGET_ROOT.substring(1),
                        SessionMount.DIRECTORY.substring(1),
                        "proc",
                        "sys",
                        "dev",
                        "tmp"),
                AttachPlan.TARGET_FILES);

        /** Images in a directory, each with the places that a debug container needs. */
        public static ImageCache cache(Path directory) {
            return new ImageCache(directory, MOUNT_POINTS);
        }

        /** Where an image is taken from. */
        public sealed interface From {
            /**
             * An OCI layout, a tar of one, or what {@code docker save} writes.
             *
             * @param tag which one, where the file has several
             */
            record File(Path path, Optional<String> tag) implements From {}

            /**
             * An engine of this machine.
             *
             * @param image stays the caller's; it may be closed when the tools are open
             */
            record Engine(StoredImage image) implements From {}
        }

        private ImageCache.Described describe() {
            return switch (from) {
                case From.File(Path path, Optional<String> tag) -> cache.describe(path, tag);
                case From.Engine(StoredImage stored) -> cache.describe(stored);
            };
        }

        @Override
        public Optional<TreeReport> probe(TreeProvider provider, Wishes wishes) {
            if (!describe().unpacked()) {
                return Optional.empty();
            }
            try (Tools tools = open(provider, wishes)) {
                return Optional.of(tools.report());
            }
        }

        @Override
        public Preview preview() {
            ImageCache.Described image = describe();
            String origin = switch (from) {
                case From.File(Path path, Optional<String> _) -> "the image " + image.id() + " of " + path;
                case From.Engine(StoredImage stored) -> "the " + stored.description() + ", " + image.id();
            };
            String where = (image.unpacked() ? ", unpacked in " : ", to be unpacked into ") + image.root();
            return new Preview(origin + where, pathOf(image.environment()));
        }

        @Override
        public Tools open(TreeProvider provider, Wishes wishes) {
            ImageCache.Held image = switch (from) {
                case From.File(Path path, Optional<String> tag) -> cache.open(path, tag);
                case From.Engine(StoredImage stored) -> cache.open(stored);
            };
            try {
                ServedTree tree = provider.serve(wishes.apply(TreeOptions.image(image.root())));
                return new Tools(tree, false, pathOf(image.environment()), image::close);
            } catch (RuntimeException e) {
                image.close();
                throw e;
            }
        }
    }

    /**
     * The root of another container that runs, or of the machine, read-only. What is changed in it meanwhile shows.
     *
     * @param process its first process; stays the caller's
     * @param name for messages
     * @param extent whether what is mounted below the root shows; of a container those are its volumes and secrets
     */
    record Container(PinnedProcess process, String name, Mount.Extent extent) implements ToolsSource {
        /** Without what is mounted below the root. */
        public Container(PinnedProcess process, String name) {
            this(process, name, Mount.Extent.ONE);
        }

        @Override
        public Preview preview() {
            return new Preview(
                    "the root of " + name + ", process " + process.pid(),
                    Environment.ofBytes(process.files().environment())
                            .value("PATH")
                            .filter(path -> !path.isEmpty()));
        }

        @Override
        public Tools open(TreeProvider provider, Wishes wishes) {
            Optional<String> path = preview().path();
            Mount root = MissingDirectories.addTo(cloneRoot(), wishes.layer().isPresent());
            try {
                root.change(Set.of(), Set.of(), Propagation.MS_PRIVATE, Mount.Extent.TREE);
                process.verify();
                TreeOptions options =
                        TreeOptions.host(new TreeOptions.Source.Detached(root)).withReadOnly();
                return new Tools(provider.serve(wishes.apply(options)), false, path, root::close);
            } catch (RuntimeException e) {
                root.close();
                throw e;
            }
        }

        /** A copy of a shared mount is its peer: what is mounted on it appears on the other, too. */
        private static Mount alone(Mount copy) {
            try {
                copy.change(Set.of(), Set.of(), Propagation.MS_PRIVATE, Mount.Extent.TREE);
                return copy;
            } catch (RuntimeException e) {
                copy.close();
                throw e;
            }
        }

        /** A mount can be cloned only from within its own namespace, where no class of this program can be loaded. */
        private Mount cloneRoot() {
            Mount.Extent cloned = extent;
            try (Fd namespace = process.files().openNamespace(Namespace.MNT);
                    Mount root = Mount.of(process.files().open("root", OpenFlag.O_PATH, OpenFlag.O_DIRECTORY))) {
                return alone(MountNamespace.call(namespace, () -> root.clone(cloned)));
            } catch (ErrnoException e) {
                process.verify();
                throw new ToolsException(
                        "cannot take the tools from " + name + ", process " + process.pid() + ": " + e.getMessage()
                                + (e.errno() == Errno.EINVAL
                                        ? "; its mounts are locked together by a user namespace: take an image"
                                        : ""),
                        e);
            }
        }
    }

    /**
     * An image that a container runtime of this machine keeps unpacked, mounted from where it keeps it. Read-only.
     *
     * @param image closed with the tools, and where they cannot be opened
     * @param runtime a process to which the image's layers are where the runtime says, such as the machine's init; stays the caller's
     */
    record Layers(MountableImage image, PinnedProcess runtime) implements ToolsSource {
        @Override
        public Preview preview() {
            return new Preview("the " + image.description(), pathOf(image.environment()));
        }

        @Override
        public Tools open(TreeProvider provider, Wishes wishes) {
            Optional<Mount> opened = Optional.empty();
            try {
                Mount root = MissingDirectories.addTo(
                        LayerStack.mount(runtime, image), wishes.layer().isPresent());
                opened = Optional.of(root);
                root.change(Set.of(), Set.of(), Propagation.MS_PRIVATE, Mount.Extent.TREE);
                TreeOptions options = TreeOptions.image(new TreeOptions.Source.Detached(root));
                return new Tools(provider.serve(wishes.apply(options)), false, pathOf(image.environment()), () -> {
                    root.close();
                    image.close();
                });
            } catch (RuntimeException e) {
                opened.ifPresent(Mount::close);
                image.close();
                throw e;
            }
        }
    }

    private static Optional<String> pathOf(List<String> environment) {
        return environment.stream()
                .filter(variable -> variable.startsWith("PATH="))
                .map(variable -> variable.substring("PATH=".length()))
                .filter(path -> !path.isEmpty())
                .findFirst();
    }
}
