package dev.cntr.linux.mount;

import dev.cntr.linux.At;
import dev.cntr.linux.ErrnoException;
import dev.cntr.linux.Fd;
import dev.cntr.linux.Kernel;
import dev.cntr.linux.Memory;
import dev.cntr.linux.OpenFlag;
import dev.cntr.linux.Scratch;
import dev.cntr.linux.Syscall;
import java.util.Collection;

/**
 * A layer in memory over a tree, overlayfs(5) on tmpfs(5): what is changed is changed there, and the tree itself stays as it is. The layer
 * has no name in any mount namespace; with the last mount of it, however that comes to go, it is gone.
 *
 * @param bytes how much it takes; after that, writing fails with ENOSPC. Its memory counts as that of whoever writes
 */
public record WritableLayer(long bytes) {
    /** For each file, directory and link that is made or changed; the kernel's memory for them is not part of the bytes. */
    private static final long BYTES_AN_INODE = 4096;

    private static final String UPPER = "upper";
    private static final String WORK = "work";
    private static final int PERMISSIONS = 07777;
    private static final int STATX_BASIC_STATS = 0x7ff;
    private static final int STATX_BYTES = 256;

    public WritableLayer {
        if (bytes < 1) {
            throw new IllegalArgumentException("a writable layer of " + bytes + " bytes has no room");
        }
    }

    /**
     * A mount, attached nowhere, of a tree with a new layer over it. What is mounted below the tree's root does not show.
     *
     * @param tree attached nowhere; its ids may be mapped. It stays the caller's, who may close it
     * @throws ErrnoException with EINVAL where the tree is on two layers of stacked file systems already
     */
    public Mount over(Mount tree, Collection<MountAttribute> attributes) {
        // overlayfs takes layers only from mounts that are attached in the caller's namespace
        return MountNamespace.callInNew(() -> {
            tree.attach("/");
            try (Mount layer = layer();
                    Fd upper = Fd.open(layer.fd(), UPPER, OpenFlag.O_RDONLY, OpenFlag.O_DIRECTORY);
                    Fd work = Fd.open(layer.fd(), WORK, OpenFlag.O_RDONLY, OpenFlag.O_DIRECTORY);
                    FileSystemContext overlay = FileSystemContext.open("overlay")) {
                likeRoot(tree, upper);
                layer.attach("/");
                return overlay.set("source", "cntr")
                        .set("lowerdir", path(tree.fd()))
                        .set("upperdir", path(upper))
                        .set("workdir", path(work))
                        // a directory of the tree can be renamed; it would be EXDEV
                        .set("redirect_dir", "on")
                        .mount(attributes);
            }
        });
    }

    private Mount layer() {
        try (FileSystemContext tmpfs = FileSystemContext.open("tmpfs")) {
            Mount layer = tmpfs.set("source", "cntr")
                    .set("size", Long.toString(bytes))
                    .set("nr_inodes", Long.toString(Math.max(64, bytes / BYTES_AN_INODE)))
                    .set("mode", "0700")
                    .mount();
            makeDirectory(layer.fd(), UPPER);
            makeDirectory(layer.fd(), WORK);
            return layer;
        }
    }

    private static void makeDirectory(Fd parent, String name) {
        try (Scratch s = new Scratch()) {
            long r = Kernel.current().call(Syscall.MKDIRAT, parent.number(), s.string(name), 0700);
            ErrnoException.check(r, Syscall.MKDIRAT, name);
        }
    }

    /** The root of an overlay has the owner and mode of the upper directory. */
    private static void likeRoot(Mount tree, Fd upper) {
        try (Scratch s = new Scratch()) {
            Kernel kernel = Kernel.current();
            long st = s.allocate(STATX_BYTES);
            long r = kernel.call(Syscall.STATX, tree.fd().number(), s.string(""), At.EMPTY_PATH, STATX_BASIC_STATS, st);
            ErrnoException.check(r, Syscall.STATX, "root of the tree");
            r = kernel.call(Syscall.FCHOWN, upper.number(), Memory.getInt(st + 20), Memory.getInt(st + 24));
            ErrnoException.check(r, Syscall.FCHOWN, UPPER);
            r = kernel.call(Syscall.FCHMOD, upper.number(), Memory.getShort(st + 28) & PERMISSIONS);
            ErrnoException.check(r, Syscall.FCHMOD, UPPER);
        }
    }

    private static String path(Fd fd) {
        return "/proc/self/fd/" + fd.number();
    }
}
