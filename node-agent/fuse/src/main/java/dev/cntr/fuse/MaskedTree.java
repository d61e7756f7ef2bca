package dev.cntr.fuse;

import dev.cntr.fuse.session.FuseException;
import dev.cntr.linux.ErrnoException;
import dev.cntr.linux.Fd;
import dev.cntr.linux.OpenFlag;
import dev.cntr.linux.mount.FileSystemContext;
import dev.cntr.linux.mount.Mount;
import dev.cntr.linux.mount.MountAttribute;
import dev.cntr.linux.mount.MountNamespace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A tree over whose masked paths something empty is mounted: a directory without entries, a file without content. For providers that
 * cannot leave a name out. Who may unmount in the namespace that it is attached in, can uncover what is below.
 */
record MaskedTree(ServedTree below, Masked masked) implements ServedTree {
    private static final String DIRECTORY = "directory";
    private static final String FILE = "file";

    /**
     * The tree as the options have it.
     *
     * @throws FuseException when it cannot be masked; then it is closed
     */
    static ServedTree of(ServedTree below, TreeOptions options) {
        if (options.masked().isEmpty()) {
            return below;
        }
        MaskedTree tree = new MaskedTree(below, new Masked(options.masked()));
        try {
            tree.cloneMount().close();
            return tree;
        } catch (ErrnoException e) {
            below.close();
            throw new FuseException("cannot hide " + options.masked() + ": " + e.getMessage(), e);
        }
    }

    @Override
    public Fd cloneMount() {
        return cover(below.cloneMount());
    }

    @Override
    public Fd cloneMount(Fd userNamespace) {
        return cover(below.cloneMount(userNamespace));
    }

    private Fd cover(Fd clone) {
        return MountNamespace.callInNew(() -> {
            try (Mount tree = Mount.of(clone);
                    Mount nothing = nothing()) {
                tree.attach("/");
                for (String path : masked.paths()) {
                    cover(tree, path, nothing);
                }
                return tree.clone(Mount.Extent.TREE).fd();
            }
        });
    }

    private static void cover(Mount tree, String path, Mount nothing) {
        try (Fd found = Masked.open(tree.fd(), path, OpenFlag.O_PATH);
                Mount cover =
                        Mount.clone(nothing.fd(), Masked.isDirectory(found) ? DIRECTORY : FILE, Mount.Extent.ONE)) {
            cover.attach(found);
        } catch (ErrnoException e) {
            if (!Masked.isAbsence(e)) {
                throw e;
            }
        }
    }

    /** A file system with an empty directory and an empty file, attached in this thread's namespace so that it can be cloned. */
    private static Mount nothing() {
        try (FileSystemContext tmpfs = FileSystemContext.open("tmpfs")) {
            Mount nothing = tmpfs.set("source", "cntr")
                    .set("nr_inodes", "3")
                    .set("mode", "0755")
                    .mount();
            Path root = Path.of("/proc/self/fd/" + nothing.fd().number());
            Files.createDirectory(root.resolve(DIRECTORY));
            Files.createFile(root.resolve(FILE));
            nothing.set(
                    Mount.Extent.ONE,
                    MountAttribute.MOUNT_ATTR_RDONLY,
                    MountAttribute.MOUNT_ATTR_NOSUID,
                    MountAttribute.MOUNT_ATTR_NODEV,
                    MountAttribute.MOUNT_ATTR_NOEXEC);
            nothing.attach("/");
            return nothing;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make something empty to mount over what is masked", e);
        }
    }

    @Override
    public boolean isServing() {
        return below.isServing();
    }

    @Override
    public TreeReport report() {
        return new Report(below.report(), masked.paths());
    }

    @Override
    public void close() {
        below.close();
    }

    private record Report(TreeReport below, List<String> hidden) implements TreeReport {
        @Override
        public String provider() {
            return below.provider();
        }

        @Override
        public String way() {
            return below.way();
        }

        @Override
        public String reason() {
            return below.reason();
        }

        @Override
        public String toString() {
            return below + "; covered are " + hidden;
        }
    }
}
