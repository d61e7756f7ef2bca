package dev.cntr.linux.mount;

import dev.cntr.linux.At;
import dev.cntr.linux.ErrnoException;
import dev.cntr.linux.Fd;
import dev.cntr.linux.FileIdentity;
import dev.cntr.linux.Kernel;
import dev.cntr.linux.OpenFlag;
import dev.cntr.linux.Scratch;
import dev.cntr.linux.Syscall;
import java.util.Collection;
import java.util.Set;

/**
 * A mount, or a tree of them, held by a descriptor of its root. While it is attached nowhere, the mount ends when this is
 * closed; an attached one stays. The descriptor serves as a directory for {@code *at} calls either way.
 */
public final class Mount implements AutoCloseable {
    private static final int OPEN_TREE_CLONE = 1;
    private static final int MOVE_MOUNT_F_EMPTY_PATH = 0x4;
    private static final int MOVE_MOUNT_T_EMPTY_PATH = 0x40;
    private static final int MOUNT_ATTR_SIZE = 32;
    private static final int MOUNT_ATTR_IDMAP = 0x100000;

    private final Fd fd;

    Mount(Fd fd) {
        this.fd = fd;
    }

    /** How much of a tree of mounts is cloned. */
    public enum Extent {
        /** The one mount: what is mounted below it stays out, and the directories under those mounts show. */
        ONE(0),
        /** With everything mounted below it. */
        TREE(At.RECURSIVE);

        private final int bits;

        Extent(int bits) {
            this.bits = bits;
        }
    }

    /** A detached copy of the mount at a path, its root being that path: open_tree(2) with {@code OPEN_TREE_CLONE}. */
    public static Mount clone(String path, Extent extent) {
        return clone(At.FDCWD, path, extent.bits, path);
    }

    /** A detached copy, its root being a path under an open directory. */
    public static Mount clone(Fd directory, String path, Extent extent) {
        return clone(directory.number(), path, extent.bits, path + " in " + directory);
    }

    /**
     * A further detached copy of this mount. Kernels before 6.15 refuse that with EINVAL for a mount that is itself
     * attached nowhere: there it has to be attached in the caller's own namespace first.
     */
    public Mount clone(Extent extent) {
        return clone(fd.number(), "", extent.bits | At.EMPTY_PATH, fd.toString());
    }

    private static Mount clone(int directory, String path, int flags, String subject) {
        int bits = OPEN_TREE_CLONE | OpenFlag.bits(OpenFlag.O_CLOEXEC) | flags;
        try (Scratch s = new Scratch()) {
            long r = Kernel.current().call(Syscall.OPEN_TREE, directory, s.string(path), bits);
            return new Mount(Fd.of(r, Syscall.OPEN_TREE, subject));
        }
    }

    /** Takes ownership of a descriptor of a mount's root. */
    public static Mount of(Fd root) {
        return new Mount(root);
    }

    /** The descriptor, still owned by this. */
    public Fd fd() {
        return fd;
    }

    /** Attaches (or moves) it at a path of the calling thread's mount namespace, move_mount(2). */
    public void attach(String path) {
        attach(At.FDCWD, path, MOVE_MOUNT_F_EMPTY_PATH, path);
    }

    /** Attaches (or moves) it over an open directory or file. */
    public void attach(Fd target) {
        attach(target.number(), "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH, target.toString());
    }

    private void attach(int directory, String path, int flags, String subject) {
        try (Scratch s = new Scratch()) {
            long r = Kernel.current()
                    .call(Syscall.MOVE_MOUNT, fd.number(), s.string(""), directory, s.string(path), flags);
            ErrnoException.check(r, Syscall.MOVE_MOUNT, "on " + subject);
        }
    }

    /** Sets and clears attributes and changes the propagation, of this mount or of all its tree: mount_setattr(2). */
    public void change(
            Collection<MountAttribute> set, Collection<MountAttribute> clear, Propagation propagation, Extent extent) {
        long cleared = MountAttribute.cleared(set, clear);
        setAttributes(extent, fd.toString(), MountAttribute.bits(set), cleared, propagation.bits(), 0);
    }

    /** As {@link #change}, setting only. */
    public void set(Extent extent, MountAttribute... attributes) {
        change(Set.of(attributes), Set.of(), Propagation.UNCHANGED, extent);
    }

    /**
     * Maps the ids of this mount, which must be attached nowhere, by a user namespace: {@code MOUNT_ATTR_IDMAP} of mount_setattr(2).
     * EINVAL where the file system cannot.
     *
     * @param userNamespace an open /proc/PID/ns/user
     */
    public void mapIds(Fd userNamespace, Extent extent) {
        setAttributes(extent, "MOUNT_ATTR_IDMAP of " + fd, MOUNT_ATTR_IDMAP, 0, 0, userNamespace.number());
    }

    /** {@code mountAttr}: struct mount_attr of linux/mount.h, its four fields in order. */
    private void setAttributes(Extent extent, String subject, long... mountAttr) {
        try (Scratch s = new Scratch()) {
            long attr = s.longs(mountAttr);
            int flags = At.EMPTY_PATH | extent.bits;
            long r = Kernel.current()
                    .call(Syscall.MOUNT_SETATTR, fd.number(), s.string(""), flags, attr, MOUNT_ATTR_SIZE);
            ErrnoException.check(r, Syscall.MOUNT_SETATTR, subject);
        }
    }

    /** The device of its file system, without asking a FUSE server. */
    public FileIdentity device() {
        return FileIdentity.deviceOf(fd);
    }

    /** Unmounts what is mounted on a path, umount2(2). */
    public static void unmount(String path, UmountFlag... flags) {
        try (Scratch s = new Scratch()) {
            long r = Kernel.current().call(Syscall.UMOUNT2, s.string(path), UmountFlag.bits(flags));
            ErrnoException.check(r, Syscall.UMOUNT2, path);
        }
    }

    @Override
    public void close() {
        fd.close();
    }

    @Override
    public String toString() {
        return "mount " + fd;
    }
}
