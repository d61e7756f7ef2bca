package dev.cntr.fuse.wire;

/** Commands of ioctl(2) on {@code /dev/fuse}. */
public final class DeviceIoctl {
    /** Makes a freshly opened device a further channel of the connection of another, whose descriptor is given. */
    public static final long CLONE = 0x8004e500L;
    /** Registers an open file as a backing file and gives its id; see {@link BackingMap}. */
    public static final long BACKING_OPEN = 0x4010e501L;
    /** Takes a backing id back; open files keep what they have. */
    public static final long BACKING_CLOSE = 0x4004e502L;

    private DeviceIoctl() {}
}
