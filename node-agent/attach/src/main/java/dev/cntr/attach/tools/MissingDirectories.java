package dev.cntr.attach.tools;

import dev.cntr.attach.AttachPlan;
import dev.cntr.attach.exec.SessionMount;
import dev.cntr.linux.At;
import dev.cntr.linux.Errno;
import dev.cntr.linux.ErrnoException;
import dev.cntr.linux.Fd;
import dev.cntr.linux.Kernel;
import dev.cntr.linux.Memory;
import dev.cntr.linux.OpenFlag;
import dev.cntr.linux.Scratch;
import dev.cntr.linux.Syscall;
import dev.cntr.linux.mount.FileSystemContext;
import dev.cntr.linux.mount.Mount;
import dev.cntr.linux.mount.MountNamespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Adds the directories that a debug container needs to a tree in which nothing may be written. The lowest directory that is
 * there gets a read-only overlay with what is missing below it: so nothing is written, and only that one directory, of a
 * tree that changes, is shown by overlayfs.
 */
final class MissingDirectories {
    private static final String TARGET_ROOT = AttachPlan.TARGET_ROOT.substring(1);
    /** Two names in one directory. */
    private static final List<String> DEEP = List.of(TARGET_ROOT, SessionMount.DIRECTORY.substring(1));

    private static final List<String> AT_ROOT = List.of("proc", "sys", "dev", "tmp");

    /** In the new namespace, a tmpfs lies there: every machine has the place, and no tools are in it. */
    private static final Path BASE = Path.of("/proc");

    private static final Path TREE = BASE.resolve("tree");
    private static final Path SKELETON = BASE.resolve("skeleton");

    private static final long MS_RDONLY_NOSUID_NODEV = 1 | 2 | 4;
    private static final long RESOLVE_BENEATH_NO_SYMLINKS = 0x08 | 0x04;
    private static final int SIZEOF_OPEN_HOW = 24;
    private static final int SIZEOF_STATX = 256;
    private static final int STATX_MODE_UID_GID = 0x2 | 0x8 | 0x10;

    private MissingDirectories() {}

    /**
     * A tree that has them.
     *
     * @param tree one mount, attached nowhere; it is consumed, also where this fails
     * @param asOne whether it is to stay one mount: then all of it is shown by overlayfs where something is missing
     * @return attached nowhere
     */
    static Mount addTo(Mount tree, boolean asOne) {
        List<String> missing = Stream.concat(AT_ROOT.stream(), DEEP.stream())
                .filter(path -> !has(tree.fd(), path))
                .toList();
        if (missing.isEmpty()) {
            return tree;
        }
        try (tree) {
            return MountNamespace.callInNew(() -> {
                try (FileSystemContext tmpfs = FileSystemContext.open("tmpfs");
                        Mount base = tmpfs.set("mode", "755").mount()) {
                    base.attach(BASE.toString());
                }
                Files.createDirectory(TREE);
                Files.createDirectory(SKELETON);
                tree.attach(TREE.toString());
                cover(asOne || !DEEP.containsAll(missing) ? "." : lowest(tree.fd()), missing);
                return Mount.clone(TREE.toString(), Mount.Extent.TREE);
            });
        } catch (ErrnoException e) {
            throw new ToolsException(
                    "the tools lack the directories " + String.join(", ", missing) + ", and they cannot be added by an"
                            + " overlay: " + e.getMessage() + "; take tools that have them",
                    e);
        }
    }

    /** The lowest directory on the way that is there; {@code .} for the root. */
    private static String lowest(Fd root) {
        String path = TARGET_ROOT;
        do {
            int slash = path.lastIndexOf('/');
            path = slash < 0 ? "." : path.substring(0, slash);
        } while (!has(root, path));
        return path;
    }

    private static void cover(String directory, List<String> missing) throws IOException {
        for (String path : missing) {
            Files.createDirectories(
                    SKELETON.resolve(directory.equals(".") ? path : path.substring(directory.length() + 1)));
        }
        try (Fd root = Fd.open(TREE.toString(), OpenFlag.O_PATH, OpenFlag.O_DIRECTORY);
                Fd covered = open(root, directory)
                        .orElseThrow(() -> new ToolsException("the directory " + directory
                                + " of the tools went away while they were looked at; try again"));
                Scratch s = new Scratch()) {
            likeness(covered, SKELETON);
            Kernel kernel = Kernel.current();
            ErrnoException.check(kernel.call(Syscall.FCHDIR, covered.number()), Syscall.FCHDIR, directory);
            long type = s.string("overlay");
            long layers = s.string("lowerdir=" + SKELETON + ":.");
            long r = kernel.call(Syscall.MOUNT, type, s.string("."), type, MS_RDONLY_NOSUID_NODEV, layers);
            ErrnoException.check(r, Syscall.MOUNT, "overlay on " + directory);
        }
    }

    /** An overlay has the owner and permissions of its highest directory. */
    private static void likeness(Fd of, Path to) throws IOException {
        try (Scratch s = new Scratch()) {
            long statx = s.allocate(SIZEOF_STATX);
            long r = Kernel.current()
                    .call(Syscall.STATX, of.number(), s.string(""), At.EMPTY_PATH, STATX_MODE_UID_GID, statx);
            ErrnoException.check(r, Syscall.STATX, to.toString());
            Files.setAttribute(to, "unix:mode", Memory.getShort(statx + 28) & 07777);
            Files.setAttribute(to, "unix:uid", Memory.getInt(statx + 20));
            Files.setAttribute(to, "unix:gid", Memory.getInt(statx + 24));
        }
    }

    private static boolean has(Fd root, String path) {
        Optional<Fd> directory = open(root, path);
        directory.ifPresent(Fd::close);
        return directory.isPresent();
    }

    /** A directory to which no link leads: pivot_root(2) would follow one from the target's root. */
    private static Optional<Fd> open(Fd root, String path) {
        try (Scratch s = new Scratch()) {
            long flags = OpenFlag.bits(OpenFlag.O_PATH, OpenFlag.O_DIRECTORY, OpenFlag.O_NOFOLLOW, OpenFlag.O_CLOEXEC);
            long how = s.longs(flags, 0, RESOLVE_BENEATH_NO_SYMLINKS);
            long r = Kernel.current().call(Syscall.OPENAT2, root.number(), s.string(path), how, SIZEOF_OPEN_HOW);
            if (r == Errno.ENOENT.negative() || r == Errno.ELOOP.negative() || r == Errno.ENOTDIR.negative()) {
                return Optional.empty();
            }
            return Optional.of(Fd.of(r, Syscall.OPENAT2, path));
        }
    }
}
