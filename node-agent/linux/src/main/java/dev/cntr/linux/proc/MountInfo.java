package dev.cntr.linux.proc;

import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;

/**
 * A line of /proc/PID/mountinfo, proc_pid_mountinfo(5), with its escapes undone.
 *
 * @param device {@code major:minor}
 * @param root which directory of the file system is the mount's root
 * @param mountPoint as seen from the process's root
 * @param options of the mount
 * @param propagation the optional fields: {@code shared:N}, {@code master:N}, {@code propagate_from:N}, {@code unbindable}
 * @param superOptions of the file system
 */
public record MountInfo(
        int id,
        int parent,
        String device,
        String root,
        String mountPoint,
        List<String> options,
        List<String> propagation,
        String type,
        String source,
        List<String> superOptions) {
    private static final int FIXED = 6;

    public MountInfo {
        options = List.copyOf(options);
        propagation = List.copyOf(propagation);
        superOptions = List.copyOf(superOptions);
    }

    /** The peer group that mounts under it are propagated to and from. */
    public OptionalInt sharedGroup() {
        return propagation.stream()
                .filter(p -> p.startsWith("shared:"))
                .mapToInt(p -> Integer.parseInt(p.substring("shared:".length())))
                .findFirst();
    }

    /** Reads the text of the file, in its order: a mount comes after the one it lies on. */
    public static List<MountInfo> parse(String text) {
        return text.lines().map(MountInfo::parseLine).toList();
    }

    private static MountInfo parseLine(String line) {
        String[] f = line.split(" ", -1);
        int dash = FIXED;
        while (dash < f.length && !f[dash].equals("-")) {
            dash++;
        }
        if (dash + 3 >= f.length) {
            throw Fields.malformed("mountinfo", line);
        }
        return new MountInfo(
                Integer.parseInt(f[0]),
                Integer.parseInt(f[1]),
                f[2],
                Fields.unescape(f[3]),
                Fields.unescape(f[4]),
                options(f[5]),
                Arrays.asList(f).subList(FIXED, dash),
                Fields.unescape(f[dash + 1]),
                Fields.unescape(f[dash + 2]),
                options(f[dash + 3]));
    }

    private static List<String> options(String field) {
        return Arrays.stream(field.split(",", -1)).map(Fields::unescape).toList();
    }
}
