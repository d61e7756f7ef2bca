package dev.cntr.fuse.wire;

import dev.cntr.linux.Memory;

/** {@code struct fuse_in_header}, before the body of every request: what is asked, about which node, by whom. */
public final class RequestHeader {
    public static final int BYTES = 40;

    private static final int LENGTH = 0;
    private static final int OPCODE = 4;
    private static final int UNIQUE = 8;
    private static final int NODE_ID = 16;
    private static final int UID = 24;
    private static final int GID = 28;
    private static final int PID = 32;
    private static final int EXTENSION_WORDS = 36;

    private RequestHeader() {}

    /** Of the whole request: header, body and extensions. */
    public static int length(long at) {
        return Memory.getInt(at + LENGTH);
    }

    public static int opcode(long at) {
        return Memory.getInt(at + OPCODE);
    }

    /** The number that the reply has to repeat. */
    public static long unique(long at) {
        return Memory.getLong(at + UNIQUE);
    }

    public static long nodeId(long at) {
        return Memory.getLong(at + NODE_ID);
    }

    public static int uid(long at) {
        return Memory.getInt(at + UID);
    }

    public static int gid(long at) {
        return Memory.getInt(at + GID);
    }

    public static int pid(long at) {
        return Memory.getInt(at + PID);
    }

    /** Length of the extensions at the request's end, in words of 8 bytes. */
    public static int extensionWords(long at) {
        return Memory.getShort(at + EXTENSION_WORDS);
    }
}
