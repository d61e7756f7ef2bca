package dev.cntr.linux.mount;

import dev.cntr.linux.ErrnoException;
import dev.cntr.linux.Fd;
import dev.cntr.linux.Kernel;
import dev.cntr.linux.OpenFlag;
import dev.cntr.linux.Syscall;
import dev.cntr.linux.ThrowAwayThread;
import dev.cntr.linux.proc.Namespace;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * Runs tasks in another mount namespace, on a thread that ends with them: paths that a task opens lead into that
 * namespace. Descriptors of detached mounts cross over.
 */
public final class MountNamespace {
    private static final int CLONE_FS = 0x200;

    private MountNamespace() {}

    /** Runs a task in a namespace; it begins at that namespace's root. */
    public static <T extends @Nullable Object> T call(Fd namespace, Callable<T> task) {
        return ThrowAwayThread.call("mount namespace", () -> {
            enter(namespace);
            return task.call();
        });
    }

    /** Runs a task in a new namespace, a copy of another one; it begins at its root. What it mounts is seen nowhere else, and ends with it. */
    public static <T extends @Nullable Object> T callInCopyOf(Fd namespace, Callable<T> task) {
        return ThrowAwayThread.call("copy of a mount namespace", () -> {
            enter(namespace);
            unshare();
            return task.call();
        });
    }

    private static void enter(Fd namespace) {
        Kernel kernel = Kernel.current();
        // setns(2): a mount namespace is refused to a thread that shares its root and working directory
        ErrnoException.check(kernel.call(Syscall.UNSHARE, CLONE_FS), Syscall.UNSHARE, "CLONE_FS");
        long r = kernel.call(Syscall.SETNS, namespace.number(), Namespace.MNT.flag());
        ErrnoException.check(r, Syscall.SETNS, "mount namespace " + namespace);
    }

    /** Runs a task in a new namespace, a copy of the caller's. What it mounts is seen nowhere else, and ends with it. */
    public static <T extends @Nullable Object> T callInNew(Callable<T> task) {
        return ThrowAwayThread.call("new mount namespace", () -> {
            unshare();
            return task.call();
        });
    }

    private static void unshare() {
        long r = Kernel.current().call(Syscall.UNSHARE, Namespace.MNT.flag());
        ErrnoException.check(r, Syscall.UNSHARE, "mount namespace");
        try (Mount root = Mount.of(Fd.open("/", OpenFlag.O_PATH))) {
            root.change(Set.of(), Set.of(), Propagation.MS_SLAVE, Mount.Extent.TREE);
        }
    }
}
