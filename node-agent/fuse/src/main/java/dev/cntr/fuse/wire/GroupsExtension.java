package dev.cntr.fuse.wire;

import dev.cntr.linux.Memory;

/**
 * {@code struct fuse_supp_groups} in the extensions of a request that creates: with
 * {@link InitFlag#FUSE_CREATE_SUPP_GROUP} the kernel names the caller's supplementary group that the parent directory
 * has, if it is one.
 */
public final class GroupsExtension {
    private static final int FUSE_EXT_GROUPS = 32;
    private static final int HEADER = 8;

    private GroupsExtension() {}

    /** Where the extension is in a request, at its count of groups; 0 where it has none. */
    public static long find(long request) {
        long end = request + RequestHeader.length(request);
        long at = end - 8L * RequestHeader.extensionWords(request);
        while (at + HEADER < end) {
            long size = Memory.getInt(at) & 0xffffffffL;
            if (Memory.getInt(at + 4) == FUSE_EXT_GROUPS) {
                return at + HEADER + 4 + 4L * count(at + HEADER) <= end ? at + HEADER : 0;
            }
            at += Math.max(size, HEADER);
        }
        return 0;
    }

    public static int count(long at) {
        return Math.clamp(Memory.getInt(at), 0, 1 << 16);
    }

    /** The address of the groups, each of 4 bytes, as setgroups(2) takes them. */
    public static long groups(long at) {
        return at + 4;
    }
}
