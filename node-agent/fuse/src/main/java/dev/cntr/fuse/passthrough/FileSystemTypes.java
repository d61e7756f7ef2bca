package dev.cntr.fuse.passthrough;

import dev.cntr.linux.Memory;
import dev.cntr.linux.Syscall;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What the file systems are that a tree is on, each asked once: {@code f_type} of statfs(2), a number of {@code uapi/linux/magic.h}. */
final class FileSystemTypes {
    private final Map<Long, Long> byDevice = new ConcurrentHashMap<>();

    /** The type of the file system that an open node is on; 0 where it cannot be told. */
    long of(Calls calls, Inode inode, int fd) {
        Long known = byDevice.get(inode.device);
        if (known == null) {
            long r = calls.kernel.call(Syscall.FSTATFS, fd, calls.scratch());
            known = r < 0 ? 0 : Memory.getLong(calls.scratch());
            byDevice.put(inode.device, known);
        }
        return known;
    }
}
