package dev.cntr.fuse.passthrough;

import dev.cntr.linux.Kernel;
import dev.cntr.linux.Syscall;
import java.util.Arrays;

/**
 * The open files that the kernel holds by a number. 0 is no handle: the file is open without one, since the
 * kernel goes to the backing file itself. Where it matters which open it is, it has a handle that stands for no descriptor.
 */
final class Handles {
    private static final int CLOSED = -1;
    private static final int WITHOUT_FILE = -2;

    /** Replaced when it grows; entries are read without the lock. */
    private volatile int[] fds = new int[64];

    private int[] free = new int[64];
    private int freeCount;
    private int next = 1;

    Handles() {
        Arrays.fill(fds, CLOSED);
    }

    /** Takes over a descriptor. */
    synchronized long add(int fd) {
        int handle = freeCount > 0 ? free[--freeCount] : next++;
        int[] all = fds;
        if (handle >= all.length) {
            all = Arrays.copyOf(all, handle * 2);
            Arrays.fill(all, handle, all.length, CLOSED);
        }
        all[handle] = fd;
        fds = all;
        return handle;
    }

    /** A handle to tell an open file by, which the kernel goes to itself. */
    long addWithoutFile() {
        return add(WITHOUT_FILE);
    }

    /** The descriptor of a handle, or -1 for one that is not open. */
    int fd(long handle) {
        int[] all = fds;
        return handle > 0 && handle < all.length ? Math.max(all[(int) handle], CLOSED) : CLOSED;
    }

    /** Ends a handle and gives its descriptor to the caller to close; -1 for one that is not open. */
    synchronized int remove(long handle) {
        int fd = fd(handle);
        if (handle <= 0 || handle >= fds.length || fds[(int) handle] == CLOSED) {
            return CLOSED;
        }
        fds[(int) handle] = CLOSED;
        if (freeCount == free.length) {
            free = Arrays.copyOf(free, freeCount * 2);
        }
        free[freeCount++] = (int) handle;
        return fd;
    }

    synchronized void closeAll(Kernel kernel) {
        for (int handle = 1; handle < next; handle++) {
            int fd = remove(handle);
            if (fd != CLOSED) {
                kernel.call(Syscall.CLOSE, fd);
            }
        }
    }
}
