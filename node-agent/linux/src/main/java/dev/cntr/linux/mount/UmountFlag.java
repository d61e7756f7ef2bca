package dev.cntr.linux.mount;

/** Flags of umount2(2). */
public enum UmountFlag {
    /** Ends requests that wait for the file system's server. */
    MNT_FORCE(1),
    /** Takes it out of the tree now, and cleans up when it is no longer busy. */
    MNT_DETACH(2),
    /** Does not follow a symbolic link. */
    UMOUNT_NOFOLLOW(8);

    private final int bits;

    UmountFlag(int bits) {
        this.bits = bits;
    }

    static int bits(UmountFlag... flags) {
        int bits = 0;
        for (UmountFlag f : flags) {
            bits |= f.bits;
        }
        return bits;
    }
}
