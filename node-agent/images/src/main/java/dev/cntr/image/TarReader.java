package dev.cntr.image;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads a tar archive from its beginning: ustar and pax (POSIX.1-2017, pax), and GNU's long names and large numbers. Sparse
 * files are refused. The data of an entry is read from {@link #data}, or skipped by {@link #next}.
 */
final class TarReader {
    private static final int BLOCK = 512;
    /** Of names and attributes; more is an attack. */
    private static final int MAX_EXTENDED = 1 << 20;

    private static final String XATTR = "SCHILY.xattr.";

    private final InputStream in;
    private long position;
    private long left;
    private long padding;
    private long start;

    /** The stream is the caller's, and need not be buffered. */
    TarReader(InputStream in) {
        this.in = in;
    }

    /** Where the data of the entry begins, in bytes from the archive's beginning. */
    long dataStart() {
        return start;
    }

    /**
     * The next entry; null at the end.
     *
     * @throws IOException where it is no tar archive, or cut off
     */
    @Nullable
    TarEntry next() throws IOException {
        skip(left + padding);
        Map<String, byte[]> extended = new HashMap<>();
        while (true) {
            byte[] header = new byte[BLOCK];
            if (!fill(header)) {
                return null; // without an end mark, as some writers leave it
            }
            if (isZero(header)) {
                return null;
            }
            check(header);
            long size = number(header, 124, 12);
            char flag = (char) (header[156] & 0xff);
            switch (flag) {
                case 'x' -> pax(extension(size), extended);
                case 'g' -> extension(size); // of the whole archive: nothing of use
                case 'L' -> extended.put("path", withoutZero(extension(size)));
                case 'K' -> extended.put("linkpath", withoutZero(extension(size)));
                case 'S' -> throw new IOException("a sparse file of GNU tar is not supported");
                default -> {
                    return entry(header, flag, size, extended);
                }
            }
        }
    }

    private TarEntry entry(byte[] header, char flag, long headerSize, Map<String, byte[]> extended) throws IOException {
        if (extended.keySet().stream().anyMatch(k -> k.startsWith("GNU.sparse."))) {
            throw new IOException("a sparse file of GNU tar is not supported");
        }
        String name = text(extended, "path", path(header));
        TarEntry.Type type = TarEntry.Type.of(flag);
        if (flag == '\0' && name.endsWith("/")) {
            type = TarEntry.Type.DIRECTORY;
        }
        boolean hasData = type == TarEntry.Type.FILE || type == TarEntry.Type.OTHER;
        long size = hasData ? decimal(extended, "size", headerSize) : 0;
        if (size < 0) {
            throw new IOException("an entry of negative size");
        }
        Map<String, byte[]> attributes = new LinkedHashMap<>();
        extended.forEach((key, value) -> {
            if (key.startsWith(XATTR)) {
                attributes.put(key.substring(XATTR.length()), value);
            }
        });
        start = position;
        left = size;
        padding = -size & (BLOCK - 1);
        return new TarEntry(
                name,
                type,
                size,
                (int) number(header, 100, 8) & 07777,
                (int) decimal(extended, "uid", number(header, 108, 8)),
                (int) decimal(extended, "gid", number(header, 116, 8)),
                decimal(extended, "mtime", number(header, 136, 12)),
                text(extended, "linkpath", latin(header, 157, 100)),
                attributes);
    }

    /** Reads data of the entry; -1 at its end. */
    int data(byte[] to) throws IOException {
        if (left == 0) {
            return -1;
        }
        int n = in.read(to, 0, (int) Math.min(to.length, left));
        if (n < 0) {
            throw new EOFException("the archive ends in the middle of a file");
        }
        left -= n;
        position += n;
        return n;
    }

    private byte[] extension(long size) throws IOException {
        if (size < 0 || size > MAX_EXTENDED) {
            throw new IOException("an extended header of " + size + " bytes");
        }
        byte[] bytes = new byte[(int) size];
        if (!fill(bytes)) {
            throw new EOFException("the archive ends in an extended header");
        }
        skip(-size & (BLOCK - 1));
        return bytes;
    }

    /** Records of the form {@code LENGTH KEY=VALUE\n}; values can be any bytes. */
    private static void pax(byte[] bytes, Map<String, byte[]> to) throws IOException {
        int at = 0;
        while (at < bytes.length) {
            int space = at;
            while (space < bytes.length && bytes[space] != ' ') {
                space++;
            }
            int end;
            try {
                end = Math.addExact(at, Integer.parseInt(latin(bytes, at, space - at)));
            } catch (NumberFormatException | ArithmeticException e) {
                throw new IOException("an extended header without a length", e);
            }
            int equals = space + 1;
            while (equals < end && equals < bytes.length && bytes[equals] != '=') {
                equals++;
            }
            if (end > bytes.length || end <= equals || bytes[end - 1] != '\n') {
                throw new IOException("an extended header that is cut off");
            }
            String key = new String(bytes, space + 1, equals - space - 1, StandardCharsets.ISO_8859_1);
            byte[] value = new byte[end - 1 - equals - 1];
            System.arraycopy(bytes, equals + 1, value, 0, value.length);
            to.put(key, value);
            at = end;
        }
    }

    private void skip(long bytes) throws IOException {
        in.skipNBytes(bytes); // EOFException where the archive is cut off
        position += bytes;
        left = 0;
        padding = 0;
    }

    private boolean fill(byte[] buffer) throws IOException {
        int n = in.readNBytes(buffer, 0, buffer.length);
        position += n;
        if (n != 0 && n != buffer.length) {
            throw new EOFException("the archive is cut off");
        }
        return n == buffer.length;
    }

    private static void check(byte[] header) throws IOException {
        int sum = 0;
        for (int i = 0; i < BLOCK; i++) {
            sum += i >= 148 && i < 156 ? ' ' : header[i] & 0xff;
        }
        if (sum != number(header, 148, 8)) {
            throw new IOException("this is no tar archive: the checksum of a header is wrong");
        }
    }

    private static boolean isZero(byte[] block) {
        for (byte b : block) {
            if (b != 0) {
                return false;
            }
        }
        return true;
    }

    private static String path(byte[] header) {
        String name = latin(header, 0, 100);
        String prefix = latin(header, 257, 6).equals("ustar") ? latin(header, 345, 155) : "";
        return prefix.isEmpty() ? name : prefix + "/" + name;
    }

    private static String text(Map<String, byte[]> extended, String key, String otherwise) {
        byte[] value = extended.get(key);
        return value == null ? otherwise : new String(value, StandardCharsets.ISO_8859_1);
    }

    private static long decimal(Map<String, byte[]> extended, String key, long otherwise) throws IOException {
        byte[] value = extended.get(key);
        if (value == null) {
            return otherwise;
        }
        try {
            String text = new String(value, StandardCharsets.US_ASCII);
            int dot = text.indexOf('.');
            return Long.parseLong(dot < 0 ? text : text.substring(0, dot));
        } catch (NumberFormatException e) {
            throw new IOException("an extended header whose " + key + " is no number", e);
        }
    }

    /** Octal digits; or, where the first bit is set, GNU's base 256. */
    private static long number(byte[] header, int at, int length) throws IOException {
        if ((header[at] & 0x80) != 0) {
            long value = header[at] & 0x3f;
            for (int i = at + 1; i < at + length; i++) {
                value = value << 8 | (header[i] & 0xff);
            }
            return value;
        }
        String digits = latin(header, at, length).strip();
        try {
            return digits.isEmpty() ? 0 : Long.parseLong(digits, 8);
        } catch (NumberFormatException e) {
            throw new IOException("this is no tar archive: a number of a header is wrong", e);
        }
    }

    private static String latin(byte[] bytes, int at, int length) {
        int end = at;
        while (end < at + length && bytes[end] != 0) {
            end++;
        }
        return new String(bytes, at, end - at, StandardCharsets.ISO_8859_1);
    }

    private static byte[] withoutZero(byte[] name) {
        return latin(name, 0, name.length).getBytes(StandardCharsets.ISO_8859_1);
    }
}
