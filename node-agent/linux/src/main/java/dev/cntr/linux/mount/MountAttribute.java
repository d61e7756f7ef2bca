package dev.cntr.linux.mount;

import java.util.Collection;

/** Attributes of one mount, as fsmount(2) and mount_setattr(2) take them; {@code uapi/linux/mount.h}. */
public enum MountAttribute {
    MOUNT_ATTR_RDONLY(0x1),
    MOUNT_ATTR_NOSUID(0x2),
    MOUNT_ATTR_NODEV(0x4),
    MOUNT_ATTR_NOEXEC(0x8),
    MOUNT_ATTR_NOATIME(0x10),
    MOUNT_ATTR_STRICTATIME(0x20),
    MOUNT_ATTR_NODIRATIME(0x80),
    MOUNT_ATTR_NOSYMFOLLOW(0x200000);

    /** The access-time modes are one field of this mask: it has to be cleared before one is set. */
    private static final int ATIME = 0x70;

    private final int bits;

    MountAttribute(int bits) {
        this.bits = bits;
    }

    static long bits(Collection<MountAttribute> attributes) {
        return attributes.stream().mapToLong(a -> a.bits).reduce(0, (a, b) -> a | b);
    }

    /** What {@code attr_clr} has to hold for some to be set and others cleared. */
    static long cleared(Collection<MountAttribute> set, Collection<MountAttribute> clear) {
        long bits = bits(clear);
        return ((bits | bits(set)) & ATIME) == 0 ? bits : bits | ATIME;
    }
}
