package dev.cntr.fuse;

import dev.cntr.fuse.session.FuseException;
import java.util.List;
import java.util.Optional;

/**
 * A way of making a tree of this machine reachable by mounts. There are {@code fuse} (served by this JVM), {@code bind} (the
 * kernel's own bind mounts), whatever else the class path has ({@link java.util.ServiceLoader}), and {@code auto}, which takes the
 * first of fuse and bind that works here.
 */
public interface TreeProvider {
    /** What it is called on command lines, in logs and in metrics. */
    String name();

    /** Why it can serve nothing on this machine, as far as that can be told without trying; empty where nothing is known against it. */
    Optional<String> obstacle();

    /** Who would serve a tree, as far as that can be told without trying: this one, or the one that it would choose. */
    default TreeProvider expected() {
        return this;
    }

    /**
     * Starts serving a tree. Needs CAP_SYS_ADMIN.
     *
     * @throws FuseException when it cannot be served
     */
    ServedTree serve(TreeOptions options);

    /**
     * Makes sure that nothing is asked for that only {@code fuse} can do.
     *
     * @throws FuseException where it is
     */
    static void refuseOwnerAndContext(TreeOptions options, String provider) {
        options.owner().ifPresent(owner -> {
            throw new FuseException("what is created in " + options.source() + " cannot become " + owner + "'s by "
                    + provider + ": only fuse can give it to another than who creates it; take that");
        });
        options.seLinuxContext().ifPresent(context -> {
            throw new FuseException("what " + provider + " serves has the SELinux contexts that it has, and not '"
                    + context + "': only fuse can give it one; take that");
        });
    }

    /**
     * A tree with the masks and the layer that options ask for, for providers that have neither themselves.
     *
     * @throws FuseException when it cannot have them; then it is closed
     */
    static ServedTree completed(ServedTree bare, TreeOptions options) {
        return MaskedTree.of(LayeredTree.of(bare, options), options);
    }

    /** The first of fuse and bind that works; its report tells what was passed over, and why. */
    static TreeProvider auto() {
        return AutoProvider.ofThisMachine();
    }

    /**
     * The provider of a name.
     *
     * @throws FuseException when there is none; the message lists those there are
     */
    static TreeProvider named(String name) {
        return Providers.named(name);
    }

    /** The names that {@link #named} takes, {@code auto} first. */
    static List<String> names() {
        return Providers.names();
    }
}
