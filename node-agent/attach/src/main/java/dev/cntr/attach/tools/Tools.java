package dev.cntr.attach.tools;

import dev.cntr.attach.AttachPlan;
import dev.cntr.attach.exec.SessionMount;
import dev.cntr.fuse.ServedTree;
import dev.cntr.fuse.TreeReport;
import dev.cntr.linux.Fd;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Tools in use: a tree with a place for the target's, and what must not go away meanwhile. */
public final class Tools implements AutoCloseable {
    private final ServedTree tree;
    private final boolean withoutPlace;
    private final Optional<String> path;
    private final Runnable release;

    /**
     * @param withoutPlace whether each mount has yet to be given the place where the target's tree is to appear
     * @param release what is to be done when they are used no more
     */
    Tools(ServedTree tree, boolean withoutPlace, Optional<String> path, Runnable release) {
        this.tree = tree;
        this.withoutPlace = withoutPlace;
        this.path = path;
        this.release = release;
    }

    /** A mount of them that is attached nowhere, and the caller's. */
    public Fd cloneMount() {
        Fd mount = tree.cloneMount();
        try {
            if (withoutPlace) {
                makePlace(Path.of("/proc/self/fd/" + mount.number()));
            }
            return mount;
        } catch (UncheckedIOException e) {
            mount.close();
            throw e;
        }
    }

    /** Makes the places where the target's tree and the session's own files are to appear. */
    static void makePlace(Path root) {
        Path place = root.resolve(AttachPlan.TARGET_ROOT.substring(1));
        try {
            Files.createDirectories(place);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make " + place + ", where the container's tree is to appear", e);
        }
        try {
            Files.createDirectories(root.resolve(SessionMount.DIRECTORY.substring(1)));
        } catch (IOException e) {
            // the session does without, and says so
        }
    }

    /** How they are served. */
    public TreeReport report() {
        return tree.report();
    }

    /** Where commands are in them, a value of PATH; empty where they tell none. */
    public Optional<String> path() {
        return path;
    }

    /** Ends what serves them. */
    @Override
    public void close() {
        tree.close();
        release.run();
    }
}
