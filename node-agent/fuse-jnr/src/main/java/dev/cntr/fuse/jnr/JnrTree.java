package dev.cntr.fuse.jnr;

import dev.cntr.fuse.CloneSource;
import dev.cntr.fuse.ServedTree;
import dev.cntr.fuse.TreeOptions;
import dev.cntr.fuse.TreeReport;
import dev.cntr.fuse.session.FuseException;
import dev.cntr.linux.ErrnoException;
import dev.cntr.linux.Fd;
import dev.cntr.linux.mount.FileSystemContext;
import dev.cntr.linux.mount.FuseConnections;
import dev.cntr.linux.mount.Mount;
import dev.cntr.linux.mount.MountNamespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A tree that libfuse serves. libfuse wants to mount at a path: that is one in a mount namespace of its own threads, of which nobody else
 * knows; what is handed out are clones.
 */
final class JnrTree implements ServedTree {
    private static final Duration START = Duration.ofSeconds(20);
    private static final Duration END = Duration.ofSeconds(5);

    private final Fd root;
    private final Thread thread;
    private final Mount mount;
    private final CloneSource clones;
    private final long connection;

    private JnrTree(Fd root, Thread thread, Mount mount) {
        this.root = root;
        this.thread = thread;
        this.mount = mount;
        this.clones = new CloneSource(mount, Mount.Extent.ONE);
        this.connection = FuseConnections.connectionOf(mount);
    }

    static JnrTree serve(TreeOptions options) {
        Fd root = open(options);
        try {
            CompletableFuture<Mount> mounted = new CompletableFuture<>();
            PathFileSystem fileSystem = new PathFileSystem(root);
            Thread thread = Thread.ofPlatform()
                    .name("fuse-jnr " + options.name())
                    .daemon()
                    .start(() -> run(fileSystem, options, mounted));
            return new JnrTree(root, thread, await(mounted));
        } catch (RuntimeException | Error e) {
            root.close();
            throw e;
        }
    }

    private static Fd open(TreeOptions options) {
        try {
            return options.source().open();
        } catch (ErrnoException e) {
            throw new FuseException(
                    "cannot open the tree to serve: " + e.getMessage() + "; name a directory that exists", e);
        }
    }

    /** Serves until the connection is aborted. */
    private static void run(PathFileSystem fileSystem, TreeOptions options, CompletableFuture<Mount> mounted) {
        try {
            int status = MountNamespace.callInNew(() -> {
                Path point = pointOfItsOwn();
                fileSystem.onStart(() -> mounted.complete(Mount.clone(point.toString(), Mount.Extent.ONE)));
                return fileSystem.serveAt(point, arguments(options));
            });
            mounted.completeExceptionally(new FuseException("libfuse ended with " + status + "; its message is above"));
        } catch (RuntimeException | Error e) {
            mounted.completeExceptionally(e);
        }
    }

    /** A directory that nobody else sees, or has anything at: on a tmpfs of this namespace. */
    private static Path pointOfItsOwn() throws IOException {
        Path directory = Path.of("/tmp");
        try (FileSystemContext tmpfs = FileSystemContext.open("tmpfs");
                Mount place = tmpfs.mount()) {
            place.attach(directory.toString());
        }
        return Files.createDirectory(directory.resolve("cntr-" + UUID.randomUUID()));
    }

    /** mount.fuse(8). */
    private static List<String> arguments(TreeOptions options) {
        List<String> mountOptions = new ArrayList<>(List.of(
                "allow_other",
                "default_permissions",
                "use_ino",
                "big_writes",
                "nosuid",
                "nodev",
                "subtype=cntr",
                "fsname=" + options.name(),
                "entry_timeout=" + options.timeouts().entry().toSeconds(),
                "attr_timeout=" + options.timeouts().attributes().toSeconds(),
                "negative_timeout=" + options.timeouts().negative().toSeconds(),
                options.unchanging() ? "kernel_cache" : "auto_cache"));
        if (options.readOnly()) {
            mountOptions.add("ro");
        }
        return List.of("-o", String.join(",", mountOptions));
    }

    private static Mount await(CompletableFuture<Mount> mounted) {
        try {
            return mounted.get(START.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new FuseException("cannot serve by libfuse: " + e.getMessage(), e);
        } catch (TimeoutException e) {
            throw new FuseException("libfuse did not come up within " + START.toSeconds() + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FuseException("interrupted while libfuse came up", e);
        }
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
        return thread.isAlive();
    }

    @Override
    public TreeReport report() {
        return new Report(connection);
    }

    @Override
    public void close() {
        if (!root.isOpen()) {
            return;
        }
        try (FuseConnections connections = FuseConnections.open()) {
            connections.abort(connection);
        }
        clones.close();
        mount.close();
        try {
            thread.join(END);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        root.close();
    }

    private record Report(long connection) implements TreeReport {
        @Override
        public String provider() {
            return JnrProvider.NAME;
        }

        @Override
        public String way() {
            return "cached";
        }

        @Override
        public String toString() {
            return "FUSE connection " + connection + " by libfuse and jnr-fuse: cached";
        }
    }
}
