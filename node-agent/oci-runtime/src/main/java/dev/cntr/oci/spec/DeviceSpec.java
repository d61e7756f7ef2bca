package dev.cntr.oci.spec;

import dev.cntr.oci.OciException;
import java.util.List;

/**
 * A device node in the container, mknod(2).
 *
 * @param mode with the bits of its type
 */
public record DeviceSpec(String path, int mode, int major, int minor, long uid, long gid) {
    private static final int S_IFCHR = 0020000;
    private static final int S_IFBLK = 0060000;
    private static final int S_IFIFO = 0010000;
    private static final int EVERYONE = 0666;

    /** Those that every container has. */
    public static final List<DeviceSpec> DEFAULT = List.of(
            character("/dev/null", 1, 3),
            character("/dev/zero", 1, 5),
            character("/dev/full", 1, 7),
            character("/dev/random", 1, 8),
            character("/dev/urandom", 1, 9),
            character("/dev/tty", 5, 0));

    private static DeviceSpec character(String path, int major, int minor) {
        return new DeviceSpec(path, S_IFCHR | EVERYONE, major, minor, 0, 0);
    }

    static DeviceSpec read(JsonObject json) {
        String path = json.requiredString("path");
        if (!path.startsWith("/")) {
            throw new OciException("config.json: " + json.path() + ".path must be absolute, not " + path);
        }
        int type = switch (json.requiredString("type")) {
            case "c", "u" -> S_IFCHR;
            case "b" -> S_IFBLK;
            case "p" -> S_IFIFO;
            default -> throw new OciException("config.json: " + json.path() + ".type must be c, b, u or p");
        };
        DeviceSpec device = new DeviceSpec(
                path,
                type | (int) json.number("fileMode").orElse(EVERYONE) & 07777,
                (int) json.number("major").orElse(0),
                (int) json.number("minor").orElse(0),
                json.number("uid").orElse(0),
                json.number("gid").orElse(0));
        json.refuseTheRest();
        return device;
    }

    /** The number as mknod(2) takes it: glibc's {@code makedev}. */
    public long number() {
        return (minor & 0xffL) | (major & 0xfffL) << 8 | (minor & ~0xffL) << 12 | (major & ~0xfffL) << 32;
    }
}
