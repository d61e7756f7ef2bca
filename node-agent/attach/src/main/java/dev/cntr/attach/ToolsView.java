package dev.cntr.attach;

import dev.cntr.attach.exec.SessionMount;
import dev.cntr.linux.Architecture;
import dev.cntr.linux.At;
import dev.cntr.linux.OpenFlag;
import dev.cntr.linux.Syscall;
import dev.cntr.linux.program.Assembler;
import dev.cntr.linux.program.Label;
import dev.cntr.linux.program.Step;

/**
 * Emits the steps that put the tools at the root and the target's tree below it. Paths of the target are walked with
 * openat2(2) so that no link of it leads out of it, and bound by descriptor; nothing of it is opened but by O_PATH.
 */
final class ToolsView {
    // Kept by dup3(2) under numbers that open(2) does not come to: it refuses to copy a descriptor onto itself.

    /** The target's root directory. */
    private static final int TARGET = 60;
    /** A chrooted target's tree, detached. */
    private static final int CHROOT = 61;

    /** The file of the target that is bound. */
    private static final int FILE = 62;

    private static final int SIZEOF_STAT = 144;
    private static final int S_IFREG = 0100000;

    // uapi/linux/futex.h: private ones; the operations are ANDN of a number, and of a shifted bit
    private static final int FUTEX_CMP_REQUEUE = 4 | 128;
    private static final int FUTEX_WAKE_OP = 5 | 128;
    private static final long AND_NOT_7FF = 3L << 28 | 0x7ff << 12;
    private static final long AND_NOT_BIT_11 = (3L | 8L) << 28 | 11 << 12;

    private static final int OPEN_TREE_CLONE = 1;
    private static final int MOVE_MOUNT_F_EMPTY_PATH = 4;
    private static final int MNT_DETACH = 2;
    private static final long MS_NOSUID_NODEV_NOEXEC = 2 | 4 | 8;
    private static final long RESOLVE_NO_MAGICLINKS = 0x02;
    private static final long RESOLVE_NO_SYMLINKS = 0x04;
    private static final long RESOLVE_IN_ROOT = 0x10;
    private static final int SIZEOF_OPEN_HOW = 24;
    private static final int W_OK = 2;
    private static final int MS_NOSUID_NODEV = 2 | 4;

    private final Assembler a;
    private final Target target;
    private final long empty;
    private final int cloexec;

    ToolsView(Assembler a, Target target) {
        this.a = a;
        this.target = target;
        this.empty = a.string("");
        this.cloexec = OpenFlag.O_CLOEXEC.bits(a.architecture());
    }

    void emit() {
        boolean chrooted = !target.root().equals("/");
        if (chrooted) {
            Step open = open("find the target's root", At.FDCWD, target.root(), RESOLVE_NO_SYMLINKS);
            keep(cloneOf("clone the target's tree", open), CHROOT);
        }
        moveTo("put the tools over the root", AttachProgram.TOOLS, "/");
        a.call("enter the tools", Syscall.FCHDIR, AttachProgram.TOOLS);
        a.call(AttachProgram.PIVOT, Syscall.PIVOT_ROOT, a.string("."), a.string(AttachPlan.TARGET_ROOT.substring(1)));
        a.call("enter the root", Syscall.CHDIR, a.string("/"));
        if (chrooted) {
            long at = a.string(AttachPlan.TARGET_ROOT);
            a.call("leave what is outside the target's root", Syscall.UMOUNT2, at, MNT_DETACH);
            moveTo("put the target's tree in its place", CHROOT, AttachPlan.TARGET_ROOT);
        }
        keep(open("open the target's root", At.FDCWD, AttachPlan.TARGET_ROOT, RESOLVE_NO_MAGICLINKS), TARGET);
        bindTree("sys");
        bindTree("dev");
        files();
        if (target.procMounted()) {
            bindTree("proc");
        }
        scratch();
        // where the tools have no place for it, the session goes without
        moveTo("put cntr's own files in their place", AttachProgram.SESSION, SessionMount.DIRECTORY)
                .ignoringErrors();
    }

    /** Tools that cannot be written get a /tmp of the session's own; it goes with its mount namespace. */
    private void scratch() {
        Label writable = a.label("/tmp is writable");
        Label readOnly = a.label("/tmp is read-only");
        long tmp = a.string("/tmp");
        a.call("can /tmp be written", Syscall.FACCESSAT, At.FDCWD, tmp, W_OK)
                .onSuccess(writable)
                .onError(readOnly);
        a.place(readOnly);
        long tmpfs = a.string("tmpfs");
        a.call("mount /tmp", Syscall.MOUNT, tmpfs, tmp, tmpfs, MS_NOSUID_NODEV, a.string("mode=1777,size=64m"))
                .ignoringErrors(); // tools without the directory
        a.place(writable);
    }

    private void bindTree(String name) {
        Label missing = a.label("no " + name);
        Step open = inTarget(name).onError(missing);
        Step tree = cloneOf("clone /" + name, open).onError(missing);
        a.call("bind /" + name, Syscall.MOVE_MOUNT, 0, empty, At.FDCWD, a.string("/" + name), MOVE_MOUNT_F_EMPTY_PATH)
                .take(0, tree)
                .ignoringErrors();
        a.place(missing);
    }

    /**
     * Binds files of /etc over the tools'. In place of one that the target lacks, a symbolic link that leads nowhere is
     * bound over the tools' file: so it is absent here too. The link is made in a tmpfs that lies on /proc meanwhile.
     */
    private void files() {
        String link = "/proc/absent";
        long tmpfs = a.string("tmpfs");
        a.call("mount a place for a link", Syscall.MOUNT, tmpfs, a.string("/proc"), tmpfs, MS_NOSUID_NODEV_NOEXEC, 0)
                .ignoringErrors();
        a.call("make a link to nowhere", Syscall.SYMLINKAT, a.string("/nonexistent/absent"), At.FDCWD, a.string(link))
                .ignoringErrors();
        for (String file : AttachPlan.TARGET_FILES) {
            Label absent = a.label("no " + file);
            Label next = a.label("after " + file);
            Step open = inTarget(file).onError(absent);
            keep(open, FILE);
            onlyRegular(file, absent);
            Step tree = cloneOf("clone /" + file, FILE).onError(absent);
            bindFile("bind /" + file, tree, file).onError(absent);
            a.jump(next);
            a.place(absent);
            int flags = OPEN_TREE_CLONE | cloexec | At.SYMLINK_NOFOLLOW;
            Step nothing = a.call("clone the link", Syscall.OPEN_TREE, At.FDCWD, a.string(link), flags)
                    .onError(next);
            bindFile("hide /" + file, nothing, file).ignoringErrors();
            a.place(next);
        }
        a.call("unmount the place for a link", Syscall.UMOUNT2, a.string("/proc"), MNT_DETACH)
                .ignoringErrors();
    }

    /**
     * Goes on where {@link #FILE} is a regular file: a FIFO or a device would hang who reads it. The type, which is in
     * {@code st_mode} above twelve bits of permissions, is told by what futex(2) can do with words of memory.
     */
    private void onlyRegular(String file, Label otherwise) {
        long stat = a.buffer(SIZEOF_STAT);
        long mode = stat + (a.architecture() == Architecture.X86_64 ? 24 : 16);
        a.call("look at /" + file, Syscall.NEWFSTATAT, FILE, empty, stat, At.EMPTY_PATH)
                .onError(otherwise);
        a.call("without its permissions", Syscall.FUTEX, stat, FUTEX_WAKE_OP, 0, 0, mode, AND_NOT_7FF);
        a.call("all twelve bits", Syscall.FUTEX, stat, FUTEX_WAKE_OP, 0, 0, mode, AND_NOT_BIT_11);
        a.call("is it a regular file", Syscall.FUTEX, mode, FUTEX_CMP_REQUEUE, 0, 0, stat, S_IFREG)
                .onError(otherwise);
    }

    /** Over the name itself, also where that is a symbolic link. */
    private Step bindFile(String name, Step tree, String file) {
        long at = a.string("/" + file);
        return a.call(name, Syscall.MOVE_MOUNT, 0, empty, At.FDCWD, at, MOVE_MOUNT_F_EMPTY_PATH)
                .take(0, tree);
    }

    private Step inTarget(String path) {
        return open("find /" + path, TARGET, path, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS);
    }

    private Step open(String name, int directory, String path, long resolve) {
        long flags = OpenFlag.O_PATH.bits(a.architecture()) | cloexec;
        long how = a.longs(flags, 0, resolve); // struct open_how: flags, mode, resolve
        return a.call(name, Syscall.OPENAT2, directory, a.string(path), how, SIZEOF_OPEN_HOW);
    }

    private Step cloneOf(String name, Step open) {
        return cloneOf(name, 0).take(0, open);
    }

    private Step cloneOf(String name, int fd) {
        int flags = OPEN_TREE_CLONE | cloexec | At.EMPTY_PATH | At.RECURSIVE;
        return a.call(name, Syscall.OPEN_TREE, fd, empty, flags);
    }

    private Step moveTo(String name, int mount, String path) {
        return a.call(name, Syscall.MOVE_MOUNT, mount, empty, At.FDCWD, a.string(path), MOVE_MOUNT_F_EMPTY_PATH);
    }

    private void keep(Step opened, int number) {
        a.call("keep it as " + number, Syscall.DUP3, 0, number, cloexec).take(0, opened);
    }
}
