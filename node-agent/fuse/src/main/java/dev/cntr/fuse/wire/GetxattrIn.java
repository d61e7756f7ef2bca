package dev.cntr.fuse.wire;

import dev.cntr.linux.Memory;

/** {@code struct fuse_getxattr_in}, the body of {@link Opcode#GETXATTR} (followed by the name) and {@link Opcode#LISTXATTR}. */
public final class GetxattrIn {
    public static final int BYTES = 8;

    private static final int SIZE = 0;

    private GetxattrIn() {}

    /** 0 asks for the size only. */
    public static int size(long at) {
        return Memory.getInt(at + SIZE);
    }

    /** The address of the name, which ends with a zero. */
    public static long name(long at) {
        return at + BYTES;
    }
}
