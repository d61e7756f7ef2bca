package dev.cntr.fuse.session;

import dev.cntr.linux.ErrnoException;
import dev.cntr.linux.mount.FileSystemContext;
import dev.cntr.linux.mount.Mount;
import dev.cntr.linux.mount.MountAttribute;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How a FUSE file system is mounted: never with set-uid programs or device nodes, open to all users, with the kernel
 * checking permissions by mode, owner and ACL.
 *
 * @param name what shows as the source in /proc/self/mounts, and after {@code fuse.} as the type
 * @param readOnly whether the kernel refuses all changes, on every mount of it
 * @param seLinuxContext of all its files, where SELinux is not to take them for what it takes FUSE for
 */
public record Superblock(String name, boolean readOnly, Optional<String> seLinuxContext) {

    Mount mount(FuseDevice device) {
        try (FileSystemContext context = FileSystemContext.open("fuse")) {
            context.set("source", name)
                    .set("subtype", name)
                    .set("fd", Integer.toString(device.number()))
                    .set("rootmode", "40000")
                    .set("user_id", "0")
                    .set("group_id", "0")
                    .set("allow_other")
                    .set("default_permissions");
            if (readOnly) {
                context.set("ro");
            }
            seLinuxContext.ifPresent(label -> label(context, label));
            return context.mount(attributes());
        }
    }

    private static void label(FileSystemContext context, String label) {
        try {
            context.set("context", label);
        } catch (ErrnoException e) {
            throw new FuseException(
                    "the kernel takes no SELinux context '" + label + "' for a file system: " + e.getMessage()
                            + "; SELinux is off on this machine (there is no /sys/fs/selinux), or its policy has no such context",
                    e);
        }
    }

    private List<MountAttribute> attributes() {
        List<MountAttribute> attributes =
                new ArrayList<>(List.of(MountAttribute.MOUNT_ATTR_NOSUID, MountAttribute.MOUNT_ATTR_NODEV));
        if (readOnly) {
            attributes.add(MountAttribute.MOUNT_ATTR_RDONLY);
        }
        return attributes;
    }
}
