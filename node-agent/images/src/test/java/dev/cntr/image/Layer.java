package dev.cntr.image;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Writes a tar archive, with whatever names a test wants: no tar program does. */
final class Layer {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    Layer file(String name, String content) {
        return entry('0', name, "", 0644, 0, 0, content.getBytes(StandardCharsets.UTF_8));
    }

    Layer file(String name, int mode, int uid, int gid, byte[] content) {
        return entry('0', name, "", mode, uid, gid, content);
    }

    Layer directory(String name) {
        return directory(name, 0755);
    }

    Layer directory(String name, int mode) {
        return entry('5', name, "", mode, 0, 0, new byte[0]);
    }

    Layer symbolicLink(String name, String target) {
        return entry('2', name, target, 0777, 0, 0, new byte[0]);
    }

    Layer hardLink(String name, String target) {
        return entry('1', name, target, 0644, 0, 0, new byte[0]);
    }

    Layer characterDevice(String name) {
        return entry('3', name, "", 0666, 0, 0, new byte[0]);
    }

    Layer fifo(String name) {
        return entry('6', name, "", 0600, 0, 0, new byte[0]);
    }

    /** An extended header of pax for the next entry. */
    Layer extended(String key, String value) {
        String record = " " + key + "=" + value + "\n";
        int length = record.length();
        while (length != record.length() + Integer.toString(length).length()) {
            length = record.length() + Integer.toString(length).length();
        }
        return entry('x', "extended", "", 0644, 0, 0, (length + record).getBytes(StandardCharsets.ISO_8859_1));
    }

    Layer entry(char type, String name, String link, int mode, int uid, int gid, byte[] content) {
        byte[] header = new byte[512];
        put(header, 0, name);
        put(header, 100, octal(mode, 7));
        put(header, 108, octal(uid, 7));
        put(header, 116, octal(gid, 7));
        put(header, 124, octal(content.length, 11));
        put(header, 136, octal(1_000_000_000, 11));
        put(header, 148, "        ");
        header[156] = (byte) type;
        put(header, 157, link);
        put(header, 257, "ustar");
        put(header, 263, "00");
        int sum = 0;
        for (byte b : header) {
            sum += b & 0xff;
        }
        put(header, 148, octal(sum, 6) + "\0");
        out.writeBytes(header);
        out.writeBytes(content);
        out.writeBytes(new byte[-content.length & 511]);
        return this;
    }

    /** Zeros, of which two blocks end an archive. */
    Layer end(int bytes) {
        out.writeBytes(new byte[bytes]);
        return this;
    }

    private static String octal(long value, int digits) {
        return String.format(Locale.ROOT, "%0" + digits + "o", value);
    }

    private static void put(byte[] header, int at, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        System.arraycopy(bytes, 0, header, at, bytes.length);
    }

    byte[] archive() {
        byte[] content = out.toByteArray();
        byte[] whole = new byte[content.length + 1024];
        System.arraycopy(content, 0, whole, 0, content.length);
        return whole;
    }
}
