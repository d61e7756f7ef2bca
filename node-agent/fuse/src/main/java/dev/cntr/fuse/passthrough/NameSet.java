package dev.cntr.fuse.passthrough;

import dev.cntr.linux.Memory;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Names in a directory, as bytes; what is there already is found by a name in native memory without an allocation. */
final class NameSet {
    private static final int SMALLEST = 8;

    /** Open addressing with linear probing, at most half full. */
    private byte[] @Nullable [] slots = new byte[SMALLEST][];

    private int size;

    int size() {
        return size;
    }

    boolean contains(long name, int length) {
        return slots[find(name, length)] != null;
    }

    /** The name must not be in it. */
    void add(long name, int length) {
        if (2 * (size + 1) > slots.length) {
            grow();
        }
        slots[find(name, length)] = Memory.bytes(name, length);
        size++;
    }

    /** Gives whether it was there. */
    boolean remove(long name, int length) {
        int hole = find(name, length);
        if (slots[hole] == null) {
            return false;
        }
        size--;
        for (int i = next(hole); slots[i] != null; i = next(i)) {
            int home = slot(hash(slots[i]));
            // it may move to the hole unless its home lies behind that, in the order of probing
            if ((i - home & slots.length - 1) >= (i - hole & slots.length - 1)) {
                slots[hole] = slots[i];
                hole = i;
            }
        }
        slots[hole] = null;
        return true;
    }

    void copyTo(List<byte[]> names) {
        for (byte @Nullable [] name : slots) {
            if (name != null) {
                names.add(name);
            }
        }
    }

    private void grow() {
        byte[] @Nullable [] old = slots;
        slots = new byte[2 * old.length][];
        for (byte @Nullable [] name : old) {
            if (name != null) {
                int i = slot(hash(name));
                while (slots[i] != null) {
                    i = next(i);
                }
                slots[i] = name;
            }
        }
    }

    /** Where a name is, or would go. */
    private int find(long name, int length) {
        int i = slot(hash(name, length));
        while (slots[i] != null && !isEqual(slots[i], name, length)) {
            i = next(i);
        }
        return i;
    }

    private int next(int i) {
        return i + 1 & slots.length - 1;
    }

    private int slot(int hash) {
        return (hash ^ hash >>> 15) & slots.length - 1;
    }

    private static int hash(byte[] name) {
        int h = 0;
        for (byte b : name) {
            h = 31 * h + b;
        }
        return h;
    }

    private static int hash(long name, int length) {
        int h = 0;
        for (int i = 0; i < length; i++) {
            h = 31 * h + Memory.getByte(name + i);
        }
        return h;
    }

    private static boolean isEqual(byte[] bytes, long name, int length) {
        if (bytes.length != length) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (Memory.getByte(name + i) != bytes[i]) {
                return false;
            }
        }
        return true;
    }
}
