package dev.cntr.fuse.wire;

import dev.cntr.linux.Memory;

/** {@code struct fuse_getxattr_out}, the answer to a GETXATTR or LISTXATTR that asked for the size. */
public final class GetxattrOut {
    public static final int BYTES = 8;

    private static final int SIZE = 0;
    private static final int PADDING = 4;

    private GetxattrOut() {}

    public static void size(long at, int value) {
        Memory.putInt(at + SIZE, value);
    }

    public static void padding(long at, int value) {
        Memory.putInt(at + PADDING, value);
    }
}
