package dev.cntr.oci.lifecycle;

import dev.cntr.linux.mount.Propagation;
import dev.cntr.oci.OciException;
import dev.cntr.oci.spec.MountSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The options of a mount, sorted by who takes them: mount(8) writes them in one list.
 *
 * @param set attributes of mount_setattr(2) to set
 * @param clear and to clear
 * @param propagation {@link Propagation#UNCHANGED} where none is named
 * @param recursive whether a bind takes all that is mounted below its source
 * @param recursivePropagation whether the propagation is that of the whole tree
 * @param data what the file system takes: {@code key} or {@code key=value}
 */
record MountOptions(
        long set,
        long clear,
        Propagation propagation,
        boolean recursive,
        boolean recursivePropagation,
        List<String> data) {
    // uapi/linux/mount.h
    private static final long RDONLY = 0x1;
    private static final long NOSUID = 0x2;
    private static final long NODEV = 0x4;
    private static final long NOEXEC = 0x8;
    private static final long NOATIME = 0x10;
    private static final long STRICTATIME = 0x20;
    private static final long ATIME_FIELD = 0x70;
    private static final long NODIRATIME = 0x80;

    private static final Set<String> REFUSED = Set.of(
            "tmpcopyup",
            "idmap",
            "ridmap",
            "rro",
            "rrw",
            "rnosuid",
            "rsuid",
            "rnodev",
            "rdev",
            "rnoexec",
            "rexec",
            "rnoatime",
            "ratime",
            "rrelatime",
            "rnorelatime",
            "rstrictatime",
            "rnostrictatime",
            "rnodiratime",
            "rdiratime",
            "rnosymfollow",
            "rsymfollow",
            "remount",
            "move");

    MountOptions {
        data = List.copyOf(data);
    }

    static MountOptions of(MountSpec mount) {
        long set = 0;
        long clear = 0;
        Propagation propagation = Propagation.UNCHANGED;
        boolean recursivePropagation = false;
        List<String> data = new ArrayList<>();
        for (String option : mount.options()) {
            switch (option) {
                case "ro" -> set |= RDONLY;
                case "rw" -> clear |= RDONLY;
                case "nosuid" -> set |= NOSUID;
                case "suid" -> clear |= NOSUID;
                case "nodev" -> set |= NODEV;
                case "dev" -> clear |= NODEV;
                case "noexec" -> set |= NOEXEC;
                case "exec" -> clear |= NOEXEC;
                case "nodiratime" -> set |= NODIRATIME;
                case "diratime" -> clear |= NODIRATIME;
                case "noatime" -> {
                    set |= NOATIME;
                    clear |= ATIME_FIELD;
                }
                case "strictatime" -> {
                    set |= STRICTATIME;
                    clear |= ATIME_FIELD;
                }
                case "relatime", "atime", "norelatime", "nostrictatime" -> clear |= ATIME_FIELD; // relatime is zero
                case "bind", "rbind", "defaults", "async", "silent", "loud" -> {}
                case "private", "rprivate" -> propagation = Propagation.MS_PRIVATE;
                case "slave", "rslave" -> propagation = Propagation.MS_SLAVE;
                case "shared", "rshared" -> propagation = Propagation.MS_SHARED;
                case "unbindable", "runbindable" -> propagation = Propagation.MS_UNBINDABLE;
                default -> data.add(option);
            }
            recursivePropagation |= option.matches("r(private|slave|shared|unbindable)");
        }
        refuse(mount, data);
        return new MountOptions(
                set,
                clear & ~(set & ~ATIME_FIELD),
                propagation,
                mount.options().contains("rbind"),
                recursivePropagation,
                data);
    }

    private static void refuse(MountSpec mount, List<String> data) {
        for (String option : data) {
            if (REFUSED.contains(option) || mount.bind()) {
                throw new OciException("config.json: mount on " + mount.destination() + ": the option " + option
                        + " is not implemented by cntr-oci" + (mount.bind() ? " for a bind mount" : ""));
            }
        }
    }
}
