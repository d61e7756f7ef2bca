package dev.cntr.fuse.wire;

import dev.cntr.linux.Memory;

/** {@code struct fuse_backing_map}, the argument of {@link DeviceIoctl#BACKING_OPEN}. */
public final class BackingMap {
    public static final int BYTES = 16;

    private BackingMap() {}

    public static void put(long at, int fd) {
        Memory.putInt(at, fd);
        Memory.putInt(at + 4, 0);
        Memory.putLong(at + 8, 0);
    }
}
