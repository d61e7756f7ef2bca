package dev.cntr.image;

import java.util.Map;

/**
 * The header of a member of a tar archive, with its extended headers applied. Names are bytes, one a character
 * (ISO 8859-1), for they need not be UTF-8.
 *
 * @param size of its data in bytes
 * @param mode permissions and set-id bits
 * @param seconds of its last change, since 1970
 * @param attributes extended attributes by name
 */
record TarEntry(
        String name,
        Type type,
        long size,
        int mode,
        int uid,
        int gid,
        long seconds,
        String link,
        Map<String, byte[]> attributes) {
    /** What it is. */
    enum Type {
        FILE,
        HARD_LINK,
        SYMBOLIC_LINK,
        DIRECTORY,
        FIFO,
        /** A character or block device. */
        DEVICE,
        OTHER;

        static Type of(char flag) {
            return switch (flag) {
                case '0', '\0', '7' -> FILE;
                case '1' -> HARD_LINK;
                case '2' -> SYMBOLIC_LINK;
                case '3', '4' -> DEVICE;
                case '5' -> DIRECTORY;
                case '6' -> FIFO;
                default -> OTHER;
            };
        }
    }
}
