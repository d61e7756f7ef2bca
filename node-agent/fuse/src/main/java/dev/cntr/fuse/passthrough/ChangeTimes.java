package dev.cntr.fuse.passthrough;

import dev.cntr.linux.Fd;
import dev.cntr.linux.Kernel;
import dev.cntr.linux.Memory;
import dev.cntr.linux.Scratch;
import dev.cntr.linux.Syscall;
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
    private static final int STATFS_BYTES = 120;

    /** ext4, XFS, Btrfs, tmpfs: {@code uapi/linux/magic.h}. */
    private static final Set<Long> EXACT = Set.of(0xef53L, 0x58465342L, 0x9123683eL, 0x1021994L);

    private ChangeTimes() {}

    static boolean tellAllChanges(Fd directory) {
        return isNew(System.getProperty("os.version")) && EXACT.contains(type(directory));
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

    private static long type(Fd directory) {
        try (Scratch s = new Scratch()) {
            long st = s.allocate(STATFS_BYTES);
            long r = Kernel.current().call(Syscall.FSTATFS, directory.number(), st);
            return r < 0 ? 0 : Memory.getLong(st);
        }
    }
}
