package dev.cntr.attach.tools;

import dev.cntr.fuse.ServedTree;
import dev.cntr.image.ImageCache;
import dev.cntr.linux.Fd;
import java.util.Optional;

/** Tools in use: a tree with a place for the target's, and what must not go away meanwhile. */
public final class Tools implements AutoCloseable {
    private final ServedTree tree;
    private final Optional<String> path;
    private final Optional<ImageCache.Held> image;

    Tools(ServedTree tree, Optional<String> path, Optional<ImageCache.Held> image) {
        this.tree = tree;
        this.path = path;
        this.image = image;
    }

    /** A mount of them that is attached nowhere, and the caller's. */
    public Fd cloneMount() {
        return tree.cloneMount();
    }

    /** Where commands are in them, a value of PATH; empty where they tell none. */
    public Optional<String> path() {
        return path;
    }

    /** Ends what serves them. */
    @Override
    public void close() {
        tree.close();
        image.ifPresent(ImageCache.Held::close);
    }
}
