package dev.cntr.fuse.passthrough;

import dev.cntr.linux.Memory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which names of a directory are hidden, and which lead to hidden ones. It belongs to the directory's node, however that was
 * reached, and so does each mask below it.
 */
final class Mask {
    /** A name, and the mask of what is behind it; none: it is hidden itself. */
    private record Entry(byte[] name, @Nullable Mask below) {
        boolean is(byte[] other) {
            return Arrays.equals(name, other);
        }

        /** Whether a zero-terminated name in native memory is this. */
        boolean is(long other) {
            for (int i = 0; i < name.length; i++) {
                if (Memory.getByte(other + i) != name[i]) {
                    return false;
                }
            }
            return Memory.getByte(other + name.length) == 0;
        }
    }

    private final List<Entry> entries = new ArrayList<>();

    private Mask() {}

    /**
     * The mask of a root.
     *
     * @param paths relative to it, without {@code .} and {@code ..}
     * @return null where nothing is hidden
     */
    static @Nullable Mask of(Iterable<String> paths) {
        Mask root = new Mask();
        for (String path : paths) {
            root.hide(path.split("/", 0), 0);
        }
        return root.entries.isEmpty() ? null : root;
    }

    private void hide(String[] names, int at) {
        byte[] name = names[at].getBytes(StandardCharsets.UTF_8);
        boolean last = at == names.length - 1;
        for (Entry entry : entries) {
            if (entry.is(name)) {
                if (last) {
                    entries.remove(entry);
                    break;
                }
                if (entry.below() != null) {
                    entry.below().hide(names, at + 1);
                }
                return;
            }
        }
        Mask below = last ? null : new Mask();
        entries.add(new Entry(name, below));
        if (below != null) {
            below.hide(names, at + 1);
        }
    }

    private @Nullable Entry find(long name) {
        for (Entry entry : entries) {
            if (entry.is(name)) {
                return entry;
            }
        }
        return null;
    }

    /** Whether a name, in native memory, is hidden. */
    boolean hides(long name) {
        Entry entry = find(name);
        return entry != null && entry.below() == null;
    }

    /** The mask of what is behind a name; null where nothing is hidden there. */
    @Nullable
    Mask below(long name) {
        Entry entry = find(name);
        return entry == null ? null : entry.below();
    }
}
