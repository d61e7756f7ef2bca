package dev.cntr.fuse.passthrough;

import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the times of a file system are good for. Since Linux 6.13 some give a change the time to the nanosecond where somebody has asked for the time since
 * the change before ({@code FS_MGTIME}); on others all changes within a few milliseconds have the same time.
 */
final class ChangeTimes {
    private static final int FIRST_MAJOR = 6;
    private static final int FIRST_MINOR = 13;

    /** ext4, XFS, Btrfs, tmpfs: {@code uapi/linux/magic.h}. */
    private static final Set<Long> EXACT = Set.of(0xef53L, 0x58465342L, 0x9123683eL, 0x1021994L);

    private static final boolean NEW = isNew(System.getProperty("os.version"));

    private ChangeTimes() {}

    /** Whether no two changes of a directory leave it with the same time, if somebody has looked in between; by its file system's type. */
    static boolean tellAllChanges(long type) {
        return NEW && EXACT.contains(type);
    }

    /** @param release as of uname(2) */
    static boolean isNew(String release) {
        Matcher m = Pattern.compile("(\\d+)\\.(\\d+).*").matcher(release);
        if (!m.matches()) {
            return false;
        }
        int major = Integer.parseInt(m.group(1));
        return major > FIRST_MAJOR || major == FIRST_MAJOR && Integer.parseInt(m.group(2)) >= FIRST_MINOR;
    }
}
