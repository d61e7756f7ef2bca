package dev.cntr.fuse;

import dev.cntr.fuse.session.FuseException;
import dev.cntr.linux.ErrnoException;
import dev.cntr.linux.Fd;
import dev.cntr.linux.mount.Mount;
import dev.cntr.linux.mount.MountAttribute;
import dev.cntr.linux.mount.WritableLayer;
import java.util.Set;

/** A tree, each mount of which has a layer of its own that takes what is written. */
record LayeredTree(ServedTree below, WritableLayer layer) implements ServedTree {
    private static final Set<MountAttribute> ATTRIBUTES =
            Set.of(MountAttribute.MOUNT_ATTR_NOSUID, MountAttribute.MOUNT_ATTR_NODEV);

    /**
     * The tree as the options have it.
     *
     * @throws FuseException when there can be no layer over it; then it is closed
     */
    static ServedTree of(ServedTree below, TreeOptions options) {
        if (options.layer().isEmpty()) {
            return below;
        }
        LayeredTree layered = new LayeredTree(below, options.layer().get());
        try {
            layered.cloneMount().close();
            return layered;
        } catch (ErrnoException e) {
            below.close();
            throw new FuseException(
                    "cannot lay a writable layer over " + options.source() + ": " + e.getMessage()
                            + "; it needs overlayfs and CAP_SYS_ADMIN, and a tree that is not on two stacked file systems already",
                    e);
        }
    }

    @Override
    public Fd cloneMount() {
        return over(below.cloneMount());
    }

    /** The ids of the tree are mapped, and stored in the layer as what they are mapped to: overlayfs itself maps none. */
    @Override
    public Fd cloneMount(Fd userNamespace) {
        return over(below.cloneMount(userNamespace));
    }

    private Fd over(Fd clone) {
        try (Mount tree = Mount.of(clone)) {
            return layer.over(tree, ATTRIBUTES).fd();
        }
    }

    @Override
    public boolean isServing() {
        return below.isServing();
    }

    @Override
    public TreeReport report() {
        return new Report(below.report(), layer);
    }

    @Override
    public void close() {
        below.close();
    }

    private record Report(TreeReport below, WritableLayer layer) implements TreeReport {
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
            return below + "; a layer of " + (layer.bytes() >> 20) + " MiB in memory over each mount";
        }
    }
}
