package dev.cntr.image;

import dev.cntr.linux.Fd;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Lays the layers of an image one over the other in a directory, as the image specification tells: entries replace what is
 * there, {@code .wh.NAME} removes a name, {@code .wh..wh..opq} all names that lower layers made. Devices are left out: the
 * tools are mounted nodev.
 */
final class LayerUnpacker {
    private static final String WHITEOUT = ".wh.";
    private static final String OPAQUE = ".wh..wh..opq";
    private static final String SPECIAL = ".wh..wh.";
    private static final int LONGEST = 4096;

    /**
     * What an image may take.
     *
     * @param bytes of files
     * @param entries of all layers
     */
    record Bounds(long bytes, long entries) {
        static final Bounds USUAL = new Bounds(32L << 30, 2_000_000);

        /** What the archive of a layer may be long: it has headers and padding as well. */
        long archive() {
            return 2 * bytes + (1 << 20);
        }
    }

    private final Fd root;
    private final Bounds bounds;
    private long bytes;
    private long entries;

    /**
     * @param root an empty directory; stays the caller's
     */
    LayerUnpacker(Fd root, Bounds bounds) {
        this.root = root;
        this.bounds = bounds;
    }

    /**
     * Adds a layer.
     *
     * @throws ImageException where it leads out of the directory, or takes too much
     * @throws IOException where it is broken
     */
    void add(InputStream archive) throws IOException {
        TarReader tar = new TarReader(archive);
        Set<String> made = new HashSet<>();
        Map<String, TarEntry> directories = new LinkedHashMap<>();
        try (LayerTree tree = new LayerTree(root)) {
            for (TarEntry entry = tar.next(); entry != null; entry = tar.next()) {
                count(entry);
                List<String> path = components(entry.name());
                if (path.isEmpty()) {
                    if (entry.type() == TarEntry.Type.DIRECTORY) {
                        directories.put("", entry);
                    }
                    continue;
                }
                Fd parent = tree.parent(path.subList(0, path.size() - 1));
                String name = path.getLast();
                if (name.startsWith(WHITEOUT)) {
                    whiteOut(tree, parent, path, made);
                    continue;
                }
                make(tree, parent, path, entry, tar);
                String whole = String.join("/", path);
                for (int i = whole.indexOf('/'); i >= 0; i = whole.indexOf('/', i + 1)) {
                    made.add(whole.substring(0, i));
                }
                made.add(whole);
                if (entry.type() == TarEntry.Type.DIRECTORY) {
                    directories.put(whole, entry);
                }
            }
            // last, because filling a directory changes its time, and may need more rights than it gives
            tree.forget();
            directories.forEach((path, entry) -> {
                List<String> at = components(path);
                if (at.isEmpty()) {
                    tree.describe(tree.parent(at), ".", entry);
                    return;
                }
                Fd parent = tree.parent(at.subList(0, at.size() - 1));
                if (tree.isDirectory(parent, at.getLast())) {
                    tree.describe(parent, at.getLast(), entry);
                }
            });
        }
    }

    /**
     * Makes what is not there.
     *
     * @param neededDirectories from the root
     * @param neededFiles empty ones
     */
    void complete(List<String> neededDirectories, List<String> neededFiles) {
        try (LayerTree tree = new LayerTree(root)) {
            for (String directory : neededDirectories) {
                tree.parent(components(directory));
            }
            for (String file : neededFiles) {
                List<String> path = components(file);
                tree.emptyFile(tree.parent(path.subList(0, path.size() - 1)), path.getLast());
            }
        }
    }

    private void count(TarEntry entry) {
        bytes += entry.size();
        entries++;
        if (bytes > bounds.bytes() || entries > bounds.entries()) {
            throw new ImageException(
                    "the image is too large: more than " + bounds.bytes() + " bytes or " + bounds.entries() + " files");
        }
    }

    private static void make(LayerTree tree, Fd parent, List<String> path, TarEntry entry, TarReader tar)
            throws IOException {
        String name = path.getLast();
        switch (entry.type()) {
            case DIRECTORY -> {
                boolean there = tree.isDirectory(parent, name);
                tree.directory(parent, name);
                if (!there) {
                    tree.forget(); // a link may have been where it is
                }
                return; // described at the end
            }
            case FILE -> {
                tree.remove(parent, name);
                tree.file(parent, name, tar);
            }
            case HARD_LINK -> {
                List<String> target = components(entry.link());
                if (target.equals(path)) {
                    return;
                }
                if (target.isEmpty()) {
                    throw new ImageException("a hard link to nothing in a layer: " + entry.name());
                }
                tree.remove(parent, name);
                tree.hardLink(parent, name, target);
                return; // it is the file's
            }
            case SYMBOLIC_LINK -> {
                tree.remove(parent, name);
                tree.symbolicLink(parent, name, entry.link());
            }
            case FIFO -> {
                tree.remove(parent, name);
                tree.fifo(parent, name);
            }
            case DEVICE -> {
                tree.remove(parent, name);
                return;
            }
            case OTHER -> {
                return;
            }
        }
        tree.describe(parent, name, entry);
    }

    /** Removes what lower layers made; what this one made stays. */
    private static void whiteOut(LayerTree tree, Fd parent, List<String> path, Set<String> made) {
        String name = path.getLast();
        String hidden = name.substring(WHITEOUT.length());
        List<String> names;
        if (name.equals(OPAQUE)) {
            names = tree.children(parent);
        } else if (name.startsWith(SPECIAL) || components(hidden).size() != 1) {
            return;
        } else {
            names = List.of(hidden);
        }
        String above = String.join("/", path.subList(0, path.size() - 1));
        for (String removed : names) {
            if (!made.contains(above.isEmpty() ? removed : above + "/" + removed)) {
                tree.remove(parent, removed);
            }
        }
    }

    /** The parts of a name, from the root of the image. */
    private static List<String> components(String name) {
        if (name.length() > LONGEST) {
            throw new ImageException("a name of more than " + LONGEST + " bytes in a layer");
        }
        List<String> parts = new ArrayList<>();
        for (String part : name.split("/", -1)) {
            if (part.equals("..")) {
                throw new ImageException("a layer has an entry that leads out of its tree: " + printable(name));
            }
            if (!part.isEmpty() && !part.equals(".")) {
                parts.add(part);
            }
        }
        return parts;
    }

    private static String printable(String name) {
        return name.replaceAll("[^ -~]", "?");
    }
}
