package dev.cntr.fuse.differential;

import dev.cntr.linux.ErrnoException;
import dev.cntr.linux.Kernel;
import dev.cntr.linux.Scratch;
import dev.cntr.linux.Syscall;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/** A thread that is somebody: in the mount namespace of who makes it, with ids and capabilities of its own. */
final class Actor implements AutoCloseable {
    /** Who there is. */
    enum Identity {
        ROOT(0),
        ALICE(1000),
        BOB(1001);

        /** User and group; the supplementary group {@link #SHARED} is everybody's. */
        private final int id;

        Identity(int id) {
            this.id = id;
        }

        int id() {
            return id;
        }
    }

    static final int SHARED = 3000;

    private static final long CLONE_FS = 0x200;
    private static final int UMASK = 022;

    private final ExecutorService thread;

    private Actor(Identity identity) {
        thread = Executors.newSingleThreadExecutor(
                Thread.ofPlatform().name("actor-" + identity).daemon().factory());
        call(() -> become(identity));
    }

    static Map<Identity, Actor> all() {
        Map<Identity, Actor> all = new EnumMap<>(Identity.class);
        for (Identity identity : Identity.values()) {
            all.put(identity, new Actor(identity));
        }
        return all;
    }

    private static boolean become(Identity identity) {
        Kernel kernel = Kernel.current();
        try (Scratch s = new Scratch()) {
            check(kernel.call(Syscall.UNSHARE, CLONE_FS), Syscall.UNSHARE);
            kernel.call(Syscall.UMASK, UMASK);
            check(kernel.call(Syscall.SETGROUPS, 1, s.ints(SHARED)), Syscall.SETGROUPS);
            check(kernel.call(Syscall.SETRESGID, identity.id, identity.id, identity.id), Syscall.SETRESGID);
            check(kernel.call(Syscall.SETRESUID, identity.id, identity.id, identity.id), Syscall.SETRESUID);
        }
        return true;
    }

    private static void check(long r, Syscall call) {
        ErrnoException.check(r, call, "of an actor");
    }

    <T> T call(Supplier<T> task) {
        return CompletableFuture.supplyAsync(task, thread).join();
    }

    @Override
    public void close() {
        thread.shutdown();
    }
}
