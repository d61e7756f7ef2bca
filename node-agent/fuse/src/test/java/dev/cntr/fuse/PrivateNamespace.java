package dev.cntr.fuse;

import dev.cntr.linux.ErrnoException;
import dev.cntr.linux.Kernel;
import dev.cntr.linux.Scratch;
import dev.cntr.linux.Syscall;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Puts the tests' thread, and the processes it starts, into a mount namespace that ends with it: nothing mounted stays. */
public final class PrivateNamespace implements BeforeAllCallback {
    private static final long CLONE_NEWNS = 0x20000;
    private static final long MS_REC_PRIVATE = 1 << 14 | 1 << 18;
    private static final ThreadLocal<Boolean> ENTERED = ThreadLocal.withInitial(() -> false);

    @Override
    public void beforeAll(ExtensionContext context) {
        if (!ENTERED.get()) {
            enter();
            ENTERED.set(true);
        }
    }

    private static void enter() {
        try (Scratch s = new Scratch()) {
            Kernel kernel = Kernel.current();
            ErrnoException.check(kernel.call(Syscall.UNSHARE, CLONE_NEWNS), Syscall.UNSHARE, "CLONE_NEWNS");
            long r = kernel.call(Syscall.MOUNT, 0, s.string("/"), 0, MS_REC_PRIVATE, 0);
            ErrnoException.check(r, Syscall.MOUNT, "/");
        }
    }
}
