package dev.cntr.fuse;

import dev.cntr.linux.Errno;
import dev.cntr.linux.ErrnoException;
import dev.cntr.linux.Fd;
import dev.cntr.linux.Kernel;
import dev.cntr.linux.Scratch;
import dev.cntr.linux.Syscall;
import dev.cntr.linux.mount.Mount;
import dev.cntr.linux.mount.Propagation;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes detached clones of a detached mount. Kernels before 6.15 refuse to clone a mount that is attached nowhere: there it is
 * attached in the private mount namespace of a thread that is kept for it, and cloned by that thread. Nobody else sees that
 * namespace, and it ends with the thread.
 */
public final class CloneSource implements AutoCloseable {
    private static final long CLONE_NEWNS = 0x20000;
    private static final long MS_REC = 0x4000;
    private static final String ANYWHERE = "/";

    private final Mount mount;
    private final Mount.Extent extent;
    private final boolean alwaysAttached;
    private @Nullable ExecutorService holder;

    /** The mount stays the caller's. */
    public CloneSource(Mount mount, Mount.Extent extent) {
        this(mount, extent, false);
    }

    CloneSource(Mount mount, Mount.Extent extent, boolean alwaysAttached) {
        this.mount = mount;
        this.extent = extent;
        this.alwaysAttached = alwaysAttached;
    }

    synchronized MountReport.Clones way() {
        return holder == null && !alwaysAttached
                ? MountReport.Clones.DETACHED
                : MountReport.Clones.FROM_PRIVATE_NAMESPACE;
    }

    /** A clone, which the caller then owns. */
    public synchronized Fd cloneMount() {
        if (holder == null && !alwaysAttached) {
            try {
                return mount.clone(extent).fd();
            } catch (ErrnoException e) {
                if (e.errno() != Errno.EINVAL) {
                    throw e;
                }
            }
        }
        return cloneAttached();
    }

    /** One on which a user namespace maps the ids. */
    public Fd cloneMount(Fd userNamespace) {
        Fd clone = cloneMount();
        try {
            Mount.of(clone).mapIds(userNamespace, extent);
            return clone;
        } catch (ErrnoException e) {
            clone.close();
            throw e;
        }
    }

    private Fd cloneAttached() {
        ExecutorService thread = holder;
        if (thread == null) {
            thread = Executors.newSingleThreadExecutor(
                    Thread.ofPlatform().name("fuse-mount-holder").daemon().factory());
            holder = thread;
            call(thread, this::attachPrivately);
        }
        return call(thread, () -> mount.clone(extent).fd());
    }

    private Fd attachPrivately() {
        try (Scratch s = new Scratch()) {
            Kernel kernel = Kernel.current();
            ErrnoException.check(kernel.call(Syscall.UNSHARE, CLONE_NEWNS), Syscall.UNSHARE, "CLONE_NEWNS");
            long flags = MS_REC | Propagation.MS_PRIVATE.bits();
            long r = kernel.call(Syscall.MOUNT, 0, s.string(ANYWHERE), 0, flags, 0);
            ErrnoException.check(r, Syscall.MOUNT, ANYWHERE + " MS_PRIVATE");
            mount.attach(ANYWHERE);
            return mount.fd();
        }
    }

    private static Fd call(ExecutorService thread, Supplier<Fd> task) {
        try {
            return CompletableFuture.supplyAsync(task, thread).join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof ErrnoException cause) {
                throw cause;
            }
            throw e;
        }
    }

    @Override
    public synchronized void close() {
        if (holder != null) {
            holder.shutdown();
        }
    }
}
