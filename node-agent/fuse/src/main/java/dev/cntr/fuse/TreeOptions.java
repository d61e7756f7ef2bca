package dev.cntr.fuse;

import dev.cntr.fuse.passthrough.Owner;
import dev.cntr.fuse.passthrough.Timeouts;
import dev.cntr.linux.Fd;
import dev.cntr.linux.OpenFlag;
import dev.cntr.linux.mount.Mount;
import dev.cntr.linux.mount.WritableLayer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Which tree is served, and how.
 *
 * @param name what it is called in mount tables and thread names
 * @param source where it is
 * @param readOnly whether every change is refused
 * @param unchanging whether nobody changes anything in it while it is served
 * @param timeouts how long the kernel may go by what it knows
 * @param maxStackDepth 1 for a tree on an ordinary file system, 2 for one on overlayfs as well, such as a container's root; more
 *     turns passthrough off without a word
 * @param threads how many requests are answered at a time
 * @param layer what takes the changes that are made on a mount, and goes with it; then the tree itself is never written to
 * @param exclusive whether nobody else changes the tree while it is served: then the kernel may hold back what is written
 * @param masked paths of it that are not there for anybody, relative to its root
 * @param owner whose what is created in it becomes; empty for that of who creates it. Only {@code fuse} can give it to another
 * @param seLinuxContext what SELinux takes all files of it for, in place of what it takes FUSE for
 */
public record TreeOptions(
        String name,
        Source source,
        boolean readOnly,
        boolean unchanging,
        Timeouts timeouts,
        int maxStackDepth,
        int threads,
        Optional<WritableLayer> layer,
        boolean exclusive,
        List<String> masked,
        Optional<Owner> owner,
        Optional<String> seLinuxContext) {
    /**
     * What of a node is nobody's business who was given its tools: keys and configuration of the cluster, volumes and layers of
     * containers, sockets of daemons, root's home.
     */
    public static final List<String> SECRETS_OF_A_NODE = List.of(
            "/etc/kubernetes",
            "/etc/rancher",
            "/etc/ssh",
            "/etc/shadow",
            "/etc/gshadow",
            "/root",
            "/run",
            "/var/lib/containerd",
            "/var/lib/containers",
            "/var/lib/docker",
            "/var/lib/etcd",
            "/var/lib/kubelet",
            "/var/lib/rancher",
            "/var/log");

    private static final Duration LONG = Duration.ofHours(1);
    private static final Duration SHORT = Duration.ofSeconds(1);
    private static final int MOST_THREADS = 4;

    /** Stacked file systems are two deep at most, of which a layer is one: {@code FILESYSTEM_MAX_STACK_DEPTH} of {@code linux/fs.h}. */
    private static final int MOST_UNDER_A_LAYER = 1;

    public TreeOptions {
        if (threads < 1) {
            throw new IllegalArgumentException("a tree needs at least one thread, not " + threads);
        }
        masked = Masked.of(masked).paths();
    }

    /** Where a tree is. */
    public sealed interface Source {
        /** The mount that a path is on, from that path on, without what is mounted below. */
        record MountAt(Path path) implements Source {}

        /** A directory held open, with everything mounted below it. The descriptor, O_PATH or not, stays the caller's. */
        record Directory(Fd fd) implements Source {}

        /** A tree of mounts that is attached nowhere and stays the caller's: for those of other mount namespaces. */
        record Detached(Mount mount) implements Source {}

        /** What the tree consists of. */
        default Mount.Extent extent() {
            return switch (this) {
                case MountAt _ -> Mount.Extent.ONE;
                case Directory _, Detached _ -> Mount.Extent.TREE;
            };
        }

        /**
         * A copy of it that is attached nowhere. What it is a copy of has to be mounted in the caller's mount namespace; one that is
         * attached nowhere is not copied, since the kernel refuses it where it comes from another namespace.
         */
        default Mount cloneMount() {
            return switch (this) {
                case MountAt(Path path) -> Mount.clone(path.toString(), extent());
                case Directory(Fd fd) -> Mount.clone(fd, ".", extent());
                case Detached(Mount mount) -> Mount.of(mount.fd().duplicate());
            };
        }

        /** A descriptor of the root, which the caller then owns. */
        default Fd open() {
            return switch (this) {
                case MountAt _ -> cloneMount().fd();
                case Directory(Fd fd) -> Fd.open(fd, ".", OpenFlag.O_PATH, OpenFlag.O_DIRECTORY);
                case Detached(Mount mount) -> Fd.open(mount.fd(), ".", OpenFlag.O_PATH, OpenFlag.O_DIRECTORY);
            };
        }
    }

    /** The root of an image, which nobody changes: read-only, and cached for long. */
    public static TreeOptions image(Path root) {
        return image(new Source.MountAt(root));
    }

    public static TreeOptions image(Source source) {
        return new TreeOptions(
                "cntr",
                source,
                true,
                true,
                new Timeouts(LONG, LONG, LONG),
                2,
                threadsHere(),
                Optional.empty(),
                false,
                List.of(),
                Optional.empty(),
                Optional.empty());
    }

    /**
     * A tree in use, changed from outside and from inside: a change outside is seen within a second. Where names and directories can be watched, the kernel
     * is told of their changes, and goes by them for longer.
     */
    public static TreeOptions host(Path root) {
        return host(new Source.MountAt(root));
    }

    public static TreeOptions host(Source source) {
        return new TreeOptions(
                "cntr",
                source,
                false,
                false,
                new Timeouts(SHORT, SHORT, Duration.ZERO),
                2,
                threadsHere(),
                Optional.empty(),
                false,
                List.of(),
                Optional.empty(),
                Optional.empty());
    }

    private static int threadsHere() {
        return Math.min(MOST_THREADS, Runtime.getRuntime().availableProcessors());
    }

    /**
     * Whether locks are taken on the backing files, so that who uses those has to respect them, and the other way round: of trees that can be
     * written to, and that others use. It costs a message at each close(2).
     */
    boolean sharesLocks() {
        return !readOnly && !exclusive;
    }

    /** Whether the kernel may hold back what is written, where it does not pass data through. */
    boolean cachesWrites() {
        return !readOnly && exclusive;
    }

    /**
     * For a tree that nobody else changes while it is served. Where the kernel refuses passthrough it then holds back what is written, and
     * goes by its own sizes and times: a change from outside would not be seen, and could be overwritten.
     */
    public TreeOptions withExclusive() {
        return changed(draft -> draft.exclusive = true);
    }

    public TreeOptions withName(String newName) {
        return changed(draft -> draft.name = newName);
    }

    public TreeOptions withReadOnly() {
        return changed(draft -> draft.readOnly = true);
    }

    public TreeOptions withTimeouts(Timeouts newTimeouts) {
        return changed(draft -> draft.timeouts = newTimeouts);
    }

    public TreeOptions withMaxStackDepth(int newDepth) {
        return changed(draft -> draft.maxStackDepth = newDepth);
    }

    public TreeOptions withThreads(int newThreads) {
        return changed(draft -> draft.threads = newThreads);
    }

    /** Writable, each mount for itself, without a change to the tree, which is read-only from now on. */
    public TreeOptions writable(WritableLayer newLayer) {
        return changed(draft -> {
            draft.readOnly = true;
            draft.maxStackDepth = Math.min(maxStackDepth, MOST_UNDER_A_LAYER);
            draft.layer = Optional.of(newLayer);
        });
    }

    /**
     * Without some paths: {@code fuse} answers as if there was nothing of that name, {@code bind} mounts something empty over what is there
     * when a mount is made. Another name of a file (a hard link) is not hidden with it.
     *
     * @param paths below the root of the tree; where they lead by symbolic links is hidden too
     * @throws IllegalArgumentException for the root itself, and for paths with {@code .} or {@code ..}
     */
    public TreeOptions masked(Collection<String> paths) {
        return changed(draft -> draft.masked = List.copyOf(paths));
    }

    /** With everything that is created in it becoming somebody's, whoever creates it. */
    public TreeOptions ownedBy(Owner newOwner) {
        return changed(draft -> draft.owner = Optional.of(newOwner));
    }

    /**
     * With a context of SELinux for all files of it, {@code context=} of mount(8): the tools of a container have to be what its processes may execute. Only
     * {@code fuse} has it, and only where SELinux is on.
     */
    public TreeOptions withSeLinuxContext(String context) {
        return changed(draft -> draft.seLinuxContext = Optional.of(context));
    }

    private TreeOptions changed(Consumer<Draft> change) {
        Draft draft = new Draft(this);
        change.accept(draft);
        return draft.options();
    }

    /** The same values while some of them change. */
    private static final class Draft {
        private final Source source;
        private final boolean unchanging;
        private String name;
        private boolean readOnly;
        private Timeouts timeouts;
        private int maxStackDepth;
        private int threads;
        private Optional<WritableLayer> layer;
        private boolean exclusive;
        private List<String> masked;
        private Optional<Owner> owner;
        private Optional<String> seLinuxContext;

        Draft(TreeOptions from) {
            source = from.source;
            unchanging = from.unchanging;
            name = from.name;
            readOnly = from.readOnly;
            timeouts = from.timeouts;
            maxStackDepth = from.maxStackDepth;
            threads = from.threads;
            layer = from.layer;
            exclusive = from.exclusive;
            masked = from.masked;
            owner = from.owner;
            seLinuxContext = from.seLinuxContext;
        }

        TreeOptions options() {
            return new TreeOptions(
                    name,
                    source,
                    readOnly,
                    unchanging,
                    timeouts,
                    maxStackDepth,
                    threads,
                    layer,
                    exclusive,
                    masked,
                    owner,
                    seLinuxContext);
        }
    }
}
