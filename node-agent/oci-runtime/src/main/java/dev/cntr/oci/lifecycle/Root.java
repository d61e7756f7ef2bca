package dev.cntr.oci.lifecycle;

import dev.cntr.linux.At;
import dev.cntr.linux.OpenFlag;
import dev.cntr.linux.Syscall;
import dev.cntr.linux.program.Assembler;
import dev.cntr.linux.program.Label;
import dev.cntr.linux.program.Step;

/**
 * Emits steps on paths of a container's root that is in place already, while the host's tree is still there under the
 * working directory. Every path is walked by openat2(2) from the new root's descriptor, without magic links of /proc:
 * whatever links an image holds, nothing outside of it is made, opened or mounted on.
 */
final class Root {
    static final int DIRECTORY = 0040000;
    static final int FILE = 0100000;

    static final int OPEN_TREE_CLONE = 1;
    private static final int MOVE_MOUNT_F_EMPTY_PATH = 0x4;
    private static final int MOVE_MOUNT_T_EMPTY_PATH = 0x40;
    private static final long RESOLVE_NO_MAGICLINKS = 0x02;
    private static final long RESOLVE_IN_ROOT = 0x10;
    private static final int SIZEOF_OPEN_HOW = 24;
    private static final int SIZEOF_MOUNT_ATTR = 32;

    // Numbers that open(2) does not come to in one mount's steps: they are closed after each.
    static final int NEW_ROOT = 60;
    static final int KEPT_MOUNT = 61;
    static final int KEPT_TARGET = 62;
    static final int FS_CONTEXT = 63;
    static final int NULL_DEVICE = 64;
    static final int PTY_MASTER = 65;
    static final int PTY_SLAVE = 66;
    private static final int FIRST_SCRATCH = 6;
    private static final int LAST_SCRATCH = 59;

    private static final int FSCONFIG_SET_FLAG = 0;
    private static final int FSCONFIG_SET_STRING = 1;
    private static final int FSCONFIG_CMD_CREATE = 6;
    private static final int CLOEXEC = 1;

    private final Assembler a;
    final int cloexec;
    private final int pathOnly;

    Root(Assembler a) {
        this.a = a;
        this.cloexec = OpenFlag.O_CLOEXEC.bits(a.architecture());
        this.pathOnly = OpenFlag.O_PATH.bits(a.architecture()) | cloexec;
    }

    Step open(String name, String path) {
        return open(name, path, pathOnly);
    }

    Step open(String name, String path, int flags) {
        long how = a.longs(flags | cloexec, 0, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS);
        return a.call(name, Syscall.OPENAT2, NEW_ROOT, a.string(path), how, SIZEOF_OPEN_HOW);
    }

    void keep(Step opened, int number) {
        a.call("keep it as " + number, Syscall.DUP3, 0, number, cloexec).take(0, opened);
    }

    /** Closes what steps have opened and not kept. */
    void closeScratch() {
        a.call("close what was opened", Syscall.CLOSE_RANGE, FIRST_SCRATCH, LAST_SCRATCH, 0);
    }

    /** Makes a directory or an empty file, and the directories above it, unless it is there. */
    void make(String path, int type) {
        Label there = a.label(path + " is there");
        open("look for " + path, path).onSuccess(there).ignoringErrors();
        int slash = 0;
        while ((slash = path.indexOf('/', slash + 1)) > 0) {
            makeOne(path.substring(0, slash), DIRECTORY);
        }
        makeOne(path, type);
        a.place(there);
    }

    private void makeOne(String path, int type) {
        String name = path.substring(path.lastIndexOf('/') + 1);
        if (name.isEmpty()) {
            return;
        }
        Step parent = parent(path);
        Step make = type == DIRECTORY
                ? a.call("make " + path, Syscall.MKDIRAT, 0, a.string(name), 0755)
                : a.call("make " + path, Syscall.MKNODAT, 0, a.string(name), FILE | 0644, 0);
        make.take(0, parent).ignoringErrors(); // that it is missing is told by the step that needs it
    }

    /** The directory that holds a path. */
    Step parent(String path) {
        String parent = path.substring(0, path.lastIndexOf('/'));
        return open("find " + (parent.isEmpty() ? "/" : parent), parent.isEmpty() ? "/" : parent);
    }

    /** Makes a file system of its own, and keeps its detached mount as {@link #KEPT_MOUNT}. */
    void newMount(String name, String type, String source, MountOptions options) {
        keep(a.call("a " + type + " for " + name, Syscall.FSOPEN, a.string(type), CLOEXEC), FS_CONTEXT);
        config(name, "source", source);
        for (String option : options.data()) {
            int equals = option.indexOf('=');
            if (equals < 0) {
                a.call("option " + option, Syscall.FSCONFIG, FS_CONTEXT, FSCONFIG_SET_FLAG, a.string(option), 0, 0);
            } else {
                config(name, option.substring(0, equals), option.substring(equals + 1));
            }
        }
        a.call("make the " + type + " for " + name, Syscall.FSCONFIG, FS_CONTEXT, FSCONFIG_CMD_CREATE, 0, 0, 0);
        keep(
                a.call("mount the " + type + " for " + name, Syscall.FSMOUNT, FS_CONTEXT, CLOEXEC, options.set()),
                KEPT_MOUNT);
        propagate(name, options);
    }

    private void config(String name, String key, String value) {
        a.call(
                "option " + key + " of " + name,
                Syscall.FSCONFIG,
                FS_CONTEXT,
                FSCONFIG_SET_STRING,
                a.string(key),
                a.string(value),
                0);
    }

    private void propagate(String name, MountOptions options) {
        if (options.propagation().bits() != 0) {
            int flags = At.EMPTY_PATH | (options.recursivePropagation() ? At.RECURSIVE : 0);
            setAttributes(
                    "propagation of " + name,
                    KEPT_MOUNT,
                    flags,
                    0,
                    0,
                    options.propagation().bits());
        }
    }

    /** Keeps a further clone of a detached or attached mount as {@link #KEPT_MOUNT}, with attributes. */
    void cloneMount(String name, int from, MountOptions options) {
        int flags = OPEN_TREE_CLONE | cloexec | At.EMPTY_PATH | (options.recursive() ? At.RECURSIVE : 0);
        keep(a.call("clone " + name, Syscall.OPEN_TREE, from, a.string(""), flags), KEPT_MOUNT);
        if ((options.set() | options.clear()) != 0) {
            setAttributes("attributes of " + name, KEPT_MOUNT, At.EMPTY_PATH, options.set(), options.clear(), 0);
        }
        propagate(name, options);
    }

    Step setAttributes(String name, int mount, int flags, long set, long clear, long propagation) {
        long attr = a.longs(set, clear, propagation, 0);
        return a.call(name, Syscall.MOUNT_SETATTR, mount, a.string(""), flags, attr, SIZEOF_MOUNT_ATTR);
    }

    /** Mounts {@link #KEPT_MOUNT} on a path. */
    Step attach(String path) {
        Step target = open("find " + path, path);
        return attachTo("mount " + path, target);
    }

    Step attachTo(String name, Step target) {
        return a.call(
                        name,
                        Syscall.MOVE_MOUNT,
                        KEPT_MOUNT,
                        a.string(""),
                        0,
                        a.string(""),
                        MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH)
                .take(2, target);
    }

    Step attachToKept(String name) {
        return a.call(
                name,
                Syscall.MOVE_MOUNT,
                KEPT_MOUNT,
                a.string(""),
                KEPT_TARGET,
                a.string(""),
                MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH);
    }
}
