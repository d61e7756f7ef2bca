package dev.cntr.fuse.wire;

import dev.cntr.linux.Memory;

/** {@code struct fuse_notify_inval_entry_out}, which the name follows, ended by a zero: {@link NotifyCode#INVAL_ENTRY}. */
public final class NotifyInvalEntryOut {
    public static final int BYTES = 16;

    /** The name is looked up anew, and stays if that gives the same node: else it goes, with all that is mounted below it. */
    public static final int EXPIRE_ONLY = 1;

    private static final int PARENT = 0;
    private static final int NAME_LENGTH = 8;
    private static final int FLAGS = 12;

    private NotifyInvalEntryOut() {}

    /** How long it is with a name of so many bytes. */
    public static int size(int nameLength) {
        return BYTES + nameLength + 1;
    }

    public static void put(long at, long parent, byte[] name, int flags) {
        Memory.putLong(at + PARENT, parent);
        Memory.putInt(at + NAME_LENGTH, name.length);
        Memory.putInt(at + FLAGS, flags);
        Memory.copy(name, 0, at + BYTES, name.length);
        Memory.putByte(at + BYTES + name.length, 0);
    }
}
