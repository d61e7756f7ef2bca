package dev.cntr.fuse.passthrough;

/**
 * Whose what is created becomes, whoever creates it: ids of this machine's first user namespace, credentials(7).
 *
 * @param gid its only group
 */
public record Owner(long uid, long gid) {
    /** The last id that means a user or group: -1 means none. */
    private static final long LAST = 0xfffffffeL;

    public Owner {
        if (uid < 0 || uid > LAST || gid < 0 || gid > LAST) {
            throw new IllegalArgumentException(uid + ":" + gid + " is no user and group: ids are from 0 to " + LAST);
        }
    }

    @Override
    public String toString() {
        return uid + ":" + gid;
    }
}
