package dev.cntr.fuse.session;

import dev.cntr.linux.ErrnoException;
import dev.cntr.linux.Kernel;
import dev.cntr.linux.Syscall;

/**
 * Page-aligned, zeroed memory that costs nothing until it is touched and goes back to the kernel at {@link #close}:
 * mmap(2). Any thread may close it, when none uses it any more.
 */
public final class Pages implements AutoCloseable {
    public static final int PAGE = 4096;

    private static final int PROT_READ_WRITE = 3;
    private static final int MAP_PRIVATE_ANONYMOUS = 0x22;

    private final long bytes;
    private long address;

    private Pages(long address, long bytes) {
        this.address = address;
        this.bytes = bytes;
    }

    /** Room for some bytes, rounded up to whole pages. */
    public static Pages allocate(long bytes) {
        long size = Math.ceilDiv(bytes, PAGE) * PAGE;
        long r = Kernel.current().call(Syscall.MMAP, 0, size, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0);
        return new Pages(ErrnoException.check(r, Syscall.MMAP, size + " bytes"), size);
    }

    public long address() {
        return address;
    }

    @Override
    public synchronized void close() {
        if (address != 0) {
            Kernel.current().call(Syscall.MUNMAP, address, bytes);
            address = 0;
        }
    }
}
