package dev.cntr.fuse;

import dev.cntr.fuse.session.FuseException;
import dev.cntr.linux.ErrnoException;
import dev.cntr.linux.Fd;
import dev.cntr.linux.mount.Mount;
import dev.cntr.linux.mount.MountAttribute;
import dev.cntr.linux.mount.Propagation;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Bind mounts of the tree itself: native speed, no server, and nothing that ends them but unmounting. They are private: what
 * is mounted on them shows nowhere else, and what is mounted on the tree later does not show on them. Read-only is a property
 * of each mount, not of the file system.
 */
record BindProvider() implements TreeProvider {
    static final String NAME = "bind";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Optional<String> obstacle() {
        return Optional.empty();
    }

    @Override
    public ServedTree serve(TreeOptions options) {
        TreeProvider.refuseOwnerAndContext(options, NAME);
        try {
            Mount tree = options.source().cloneMount();
            try {
                Set<MountAttribute> attributes =
                        EnumSet.of(MountAttribute.MOUNT_ATTR_NOSUID, MountAttribute.MOUNT_ATTR_NODEV);
                if (options.readOnly()) {
                    attributes.add(MountAttribute.MOUNT_ATTR_RDONLY);
                }
                tree.change(attributes, Set.of(), Propagation.MS_PRIVATE, Mount.Extent.TREE);
                ServedTree bound =
                        new Bound(tree, new CloneSource(tree, options.source().extent()));
                return TreeProvider.completed(bound, options);
            } catch (ErrnoException e) {
                tree.close();
                throw e;
            }
        } catch (ErrnoException e) {
            throw new FuseException(
                    "cannot bind " + options.source() + ": " + e.getMessage()
                            + "; it needs CAP_SYS_ADMIN, and a directory that is mounted in this mount namespace",
                    e);
        }
    }

    private record Bound(Mount tree, CloneSource clones, AtomicBoolean closed) implements ServedTree {
        Bound(Mount tree, CloneSource clones) {
            this(tree, clones, new AtomicBoolean());
        }

        @Override
        public Fd cloneMount() {
            return clones.cloneMount();
        }

        @Override
        public Fd cloneMount(Fd userNamespace) {
            return clones.cloneMount(userNamespace);
        }

        @Override
        public boolean isServing() {
            return !closed.get();
        }

        @Override
        public TreeReport report() {
            return new BindReport(clones.way());
        }

        @Override
        public void close() {
            if (!closed.getAndSet(true)) {
                clones.close();
                tree.close();
            }
        }
    }

    private record BindReport(MountReport.Clones clones) implements TreeReport {
        @Override
        public String provider() {
            return NAME;
        }

        @Override
        public String way() {
            return NAME;
        }

        @Override
        public String toString() {
            return "bind mounts; clones " + clones;
        }
    }
}
