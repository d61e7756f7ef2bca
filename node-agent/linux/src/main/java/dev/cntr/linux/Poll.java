package dev.cntr.linux;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Waits for descriptors to become ready, poll(2). A platform thread blocks in it; a virtual one would hold its carrier. */
public final class Poll {
    /** There is something to read, or the end. */
    public static final int IN = 0x1;

    public static final int OUT = 0x4;
    public static final int ERR = 0x8;
    public static final int HUP = 0x10;

    private static final int POLLFD = 8;
    private static final long NANOS = 1_000_000_000L;

    private Poll() {}

    /** What is waited for on a descriptor; {@link #ERR} and {@link #HUP} always are. */
    public record Interest(Fd fd, int events) {}

    /**
     * Waits for one descriptor.
     *
     * @param timeout null to wait for ever
     * @return what is ready, 0 where the time ran out
     */
    public static int await(Fd fd, int events, @Nullable Duration timeout) {
        return await(List.of(new Interest(fd, events)), timeout)[0];
    }

    /**
     * Waits until at least one descriptor is ready.
     *
     * @param timeout null to wait for ever
     * @return what is ready on each, all 0 where the time ran out
     */
    public static int[] await(List<Interest> interests, @Nullable Duration timeout) {
        int count = interests.size();
        long start = System.nanoTime();
        try (Scratch s = new Scratch()) {
            long fds = s.allocate((long) POLLFD * count);
            for (int i = 0; i < count; i++) {
                Memory.putInt(fds + (long) POLLFD * i, interests.get(i).fd().number());
                Memory.putShort(fds + (long) POLLFD * i + 4, interests.get(i).events());
            }
            long time = s.longs(0, 0);
            while (true) {
                if (timeout != null) {
                    long left = Math.max(0, timeout.toNanos() - (System.nanoTime() - start));
                    Memory.putLong(time, left / NANOS);
                    Memory.putLong(time + 8, left % NANOS);
                }
                long r = Kernel.current().call(Syscall.PPOLL, fds, count, timeout == null ? 0 : time);
                if (r != Errno.EINTR.negative()) {
                    ErrnoException.check(r, Syscall.PPOLL, interests.toString());
                    return ready(fds, count);
                }
            }
        }
    }

    private static int[] ready(long fds, int count) {
        int[] ready = new int[count];
        for (int i = 0; i < count; i++) {
            ready[i] = Memory.getShort(fds + (long) POLLFD * i + 6);
        }
        return ready;
    }
}
