package dev.cntr.fuse.session;

import dev.cntr.linux.Kernel;
import dev.cntr.linux.Memory;
import dev.cntr.linux.Syscall;
import java.util.ArrayList;
import java.util.List;

/** Takes replies instead of a kernel, and says to them and to duplicating what it is told to. */
final class RecordingKernel implements Kernel {
    final List<byte[]> written = new ArrayList<>();
    long result;

    @Override
    public long call(Syscall call, long a, long b, long c, long d, long e, long f) {
        if (call == Syscall.FCNTL) {
            return result;
        }
        if (call != Syscall.WRITE) {
            throw new AssertionError("unexpected " + call);
        }
        written.add(Memory.bytes(b, (int) c));
        return result;
    }
}
