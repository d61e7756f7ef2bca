package dev.cntr.linux.proc;

import java.util.Arrays;
import java.util.List;

/**
 * A line of /proc/PID/cgroup, cgroups(7): where a process is in one hierarchy.
 *
 * @param hierarchy 0 for cgroup v2
 * @param controllers of cgroup v1, {@code name=systemd} for a hierarchy without any; empty on v2
 * @param path from the root of the <em>reader's</em> cgroup namespace: it begins with {@code /..} where it lies outside
 */
public record CgroupMembership(int hierarchy, List<String> controllers, String path) {
    private static final String DELETED = " (deleted)";

    public CgroupMembership {
        controllers = List.copyOf(controllers);
    }

    public boolean v2() {
        return hierarchy == 0 && controllers.isEmpty();
    }

    /** Reads the text of the file. */
    public static List<CgroupMembership> parse(String text) {
        return text.lines().map(CgroupMembership::parseLine).toList();
    }

    private static CgroupMembership parseLine(String line) {
        String[] part = line.split(":", 3);
        if (part.length != 3) {
            throw Fields.malformed("cgroup", line);
        }
        List<String> controllers = part[1].isEmpty() ? List.of() : Arrays.asList(part[1].split(",", -1));
        String path = part[2].endsWith(DELETED) ? part[2].substring(0, part[2].length() - DELETED.length()) : part[2];
        return new CgroupMembership(Integer.parseInt(part[0]), controllers, path);
    }
}
