package dev.cntr.oci.lifecycle;

import dev.cntr.linux.At;
import dev.cntr.linux.OpenFlag;
import dev.cntr.linux.Syscall;
import dev.cntr.linux.mount.Propagation;
import dev.cntr.linux.proc.Namespace;
import dev.cntr.linux.program.Assembler;
import dev.cntr.linux.program.Label;
import dev.cntr.linux.program.Step;
import dev.cntr.oci.OciException;
import dev.cntr.oci.cgroup.ContainerCgroup;
import dev.cntr.oci.spec.DeviceSpec;
import dev.cntr.oci.spec.MountSpec;
import dev.cntr.oci.spec.Spec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Emits the steps that make a container's root: what comes from the host is cloned first; then the root is changed, with the
 * host's tree still below the working directory, so that a new user namespace may mount proc and sysfs; then mounts,
 * devices and masks are put in place; then the host's tree goes.
 */
final class RootFileSystem {
    private static final int FIRST_SOURCE = 100;
    private static final long MS_REC = 0x4000;
    private static final long MS_BIND = 0x1000;
    private static final int MNT_DETACH = 2;
    private static final long RDONLY = 1;
    private static final MountOptions PLAIN = new MountOptions(0, 0, Propagation.UNCHANGED, false, false, List.of());
    private static final MountOptions READ_ONLY =
            new MountOptions(RDONLY, 0, Propagation.UNCHANGED, false, false, List.of());
    private static final List<List<String>> LINKS = List.of(
            List.of("/dev/fd", "/proc/self/fd"),
            List.of("/dev/stdin", "/proc/self/fd/0"),
            List.of("/dev/stdout", "/proc/self/fd/1"),
            List.of("/dev/stderr", "/proc/self/fd/2"));

    private final Assembler a;
    private final Spec spec;
    private final ContainerCgroup cgroup;
    private final Root root;
    private final List<Integer> sources = new ArrayList<>();
    private final List<Integer> cgroups = new ArrayList<>();

    RootFileSystem(Assembler a, Spec spec, ContainerCgroup cgroup) {
        this.a = a;
        this.spec = spec;
        this.cgroup = cgroup;
        this.root = new Root(a);
    }

    Root root() {
        return root;
    }

    /** Up to the point where all mounts and devices are in place, and the host's tree is still reachable. */
    void build() {
        Propagation propagation = propagation();
        a.call("let no mount propagate", Syscall.MOUNT, 0, a.string("/"), 0, MS_REC | propagation.bits(), 0);
        cloneSources();
        long rootfs = a.string(spec.rootfs().toString());
        a.call("bind the root to itself", Syscall.MOUNT, rootfs, rootfs, 0, MS_BIND | MS_REC, 0);
        a.call("enter the root", Syscall.CHDIR, rootfs);
        a.call("change the root", Syscall.PIVOT_ROOT, a.string("."), a.string("."));
        Step open = a.call(
                "open the root",
                Syscall.OPENAT,
                At.FDCWD,
                a.string("/"),
                OpenFlag.O_PATH.bits(a.architecture()) | root.cloexec);
        root.keep(open, Root.NEW_ROOT);
        int source = 0;
        for (MountSpec mount : spec.mounts()) {
            mount(mount, mount.bind() ? sources.get(source++) : -1);
            root.closeScratch();
        }
        devices();
    }

    /** The last part, after which nothing of the host is reachable. */
    void finish() {
        masks();
        a.call("leave the host's tree", Syscall.UMOUNT2, a.string("."), MNT_DETACH);
        a.call("enter the new root", Syscall.CHDIR, a.string("/"));
        if (spec.root().readonly()) {
            root.setAttributes("make the root read-only", Root.NEW_ROOT, At.EMPTY_PATH, RDONLY, 0, 0);
        }
    }

    private Propagation propagation() {
        return switch (spec.linux().propagation().orElse("rslave")) {
            case "slave", "rslave" -> Propagation.MS_SLAVE;
            case "private", "rprivate" -> Propagation.MS_PRIVATE;
            default ->
                throw new OciException("config.json: linux.rootfsPropagation "
                        + spec.linux().propagation().orElse("")
                        + " is not implemented by cntr-oci; private and slave are");
        };
    }

    private void cloneSources() {
        int number = FIRST_SOURCE;
        for (MountSpec mount : spec.mounts()) {
            if (mount.bind()) {
                Path source = spec.bundle().resolve(mount.source()).normalize();
                number = cloneSource(source.toString(), MountOptions.of(mount).recursive(), sources, number);
            } else if (mount.type().equals("cgroup")) {
                for (ContainerCgroup.Hierarchy h : cgroup.hierarchies()) {
                    number = cloneSource(h.directory().toString(), false, cgroups, number);
                }
            }
        }
        List<Integer> one = new ArrayList<>();
        cloneSource("/dev/null", false, one, Root.NULL_DEVICE);
    }

    private int cloneSource(String path, boolean recursive, List<Integer> into, int number) {
        int flags = Root.OPEN_TREE_CLONE | root.cloexec | (recursive ? At.RECURSIVE : 0);
        root.keep(a.call("clone " + path, Syscall.OPEN_TREE, At.FDCWD, a.string(path), flags), number);
        into.add(number);
        return number + 1;
    }

    private void mount(MountSpec mount, int source) {
        MountOptions options = MountOptions.of(mount);
        String destination = mount.destination();
        if (mount.bind()) {
            Path from = spec.bundle().resolve(mount.source());
            root.make(destination, Files.isDirectory(from) ? Root.DIRECTORY : Root.FILE);
            root.cloneMount(destination, source, options);
            root.attach(destination);
            return;
        }
        root.make(destination, Root.DIRECTORY);
        if (mount.type().equals("cgroup")) {
            cgroup(mount, options);
            return;
        }
        root.newMount(destination, mount.type(), mount.source(), options);
        root.attach(destination);
    }

    /** A tmpfs with the container's own cgroup of each hierarchy in it. */
    private void cgroup(MountSpec mount, MountOptions options) {
        MountOptions writable =
                new MountOptions(options.set() & ~RDONLY, 0, Propagation.UNCHANGED, false, false, List.of("mode=755"));
        root.newMount(mount.destination(), "tmpfs", "tmpfs", writable);
        root.attach(mount.destination());
        int next = 0;
        for (ContainerCgroup.Hierarchy h : cgroup.hierarchies()) {
            String at = mount.destination() + "/" + h.name();
            root.make(at, Root.DIRECTORY);
            root.cloneMount(
                    at,
                    cgroups.get(next++),
                    new MountOptions(options.set(), 0, Propagation.UNCHANGED, false, false, List.of()));
            root.attach(at);
            root.closeScratch();
        }
        if ((options.set() & RDONLY) != 0) {
            root.keep(root.open("find " + mount.destination(), mount.destination()), Root.KEPT_TARGET);
            root.setAttributes("make it read-only", Root.KEPT_TARGET, At.EMPTY_PATH, RDONLY, 0, 0);
        }
    }

    private void devices() {
        a.call("modes as they are given", Syscall.UMASK, 0);
        List<DeviceSpec> devices = new ArrayList<>(DeviceSpec.DEFAULT);
        spec.linux().devices().forEach(d -> {
            devices.removeIf(known -> known.path().equals(d.path()));
            devices.add(d);
        });
        boolean mayMake = !spec.linux().namespaces().containsKey(Namespace.USER);
        for (DeviceSpec device : devices) {
            if (mayMake) {
                makeDevice(device);
            } else {
                bindDevice(device);
            }
            root.closeScratch();
        }
        for (List<String> link : LINKS) {
            link(link.get(0), link.get(1));
        }
        Step parent = root.parent("/dev/ptmx").ignoringErrors();
        a.call("remove /dev/ptmx", Syscall.UNLINKAT, 0, a.string("ptmx"), 0)
                .take(0, parent)
                .ignoringErrors();
        link("/dev/ptmx", "pts/ptmx");
        root.closeScratch();
    }

    private void link(String path, String to) {
        Step parent = root.parent(path).ignoringErrors();
        a.call("link " + path, Syscall.SYMLINKAT, a.string(to), 0, a.string(path.substring(path.lastIndexOf('/') + 1)))
                .take(1, parent)
                .ignoringErrors();
    }

    private void makeDevice(DeviceSpec device) {
        String path = device.path();
        String name = path.substring(path.lastIndexOf('/') + 1);
        Label there = a.label(path + " is there");
        Label done = a.label(path + " is made");
        root.make(path.substring(0, Math.max(1, path.lastIndexOf('/'))), Root.DIRECTORY);
        root.keep(root.parent(path), Root.KEPT_TARGET);
        a.call("make " + path, Syscall.MKNODAT, Root.KEPT_TARGET, a.string(name), device.mode(), device.number())
                .onError(there);
        a.call("owner of " + path, Syscall.FCHOWNAT, Root.KEPT_TARGET, a.string(name), device.uid(), device.gid(), 0);
        a.jump(done);
        a.place(there);
        root.open("look for " + path, path); // one that could not be made must be there already
        a.place(done);
    }

    /** In a user namespace no device can be made, mknod(2): the host's is bound. Its tree is below the working directory. */
    private void bindDevice(DeviceSpec device) {
        root.make(device.path(), Root.FILE);
        int flags = Root.OPEN_TREE_CLONE | root.cloexec;
        String host = "." + device.path();
        root.keep(
                a.call("clone " + device.path(), Syscall.OPEN_TREE, At.FDCWD, a.string(host), flags), Root.KEPT_MOUNT);
        root.attach(device.path());
    }

    private void masks() {
        for (String path : spec.linux().readonlyPaths()) {
            Label missing = a.label("no " + path);
            Step found = root.open("look for " + path, path).onError(missing);
            root.keep(found, Root.KEPT_TARGET);
            int flags = Root.OPEN_TREE_CLONE | root.cloexec | At.EMPTY_PATH | At.RECURSIVE;
            Step clone = a.call("clone " + path, Syscall.OPEN_TREE, Root.KEPT_TARGET, a.string(""), flags);
            root.keep(clone, Root.KEPT_MOUNT);
            root.setAttributes("make it read-only", Root.KEPT_MOUNT, At.EMPTY_PATH | At.RECURSIVE, RDONLY, 0, 0);
            root.attachToKept("bind " + path);
            a.place(missing);
            root.closeScratch();
        }
        for (String path : spec.linux().maskedPaths()) {
            Label missing = a.label("no " + path);
            Label directory = a.label(path + " is a directory");
            Step found = root.open("look for " + path, path).onError(missing);
            root.keep(found, Root.KEPT_TARGET);
            root.cloneMount(path, Root.NULL_DEVICE, PLAIN);
            root.attachToKept("hide the file " + path).onSuccess(missing).onError(directory);
            a.place(directory);
            root.newMount(path, "tmpfs", "tmpfs", READ_ONLY);
            root.attachToKept("hide the directory " + path);
            a.place(missing);
            root.closeScratch();
        }
    }
}
