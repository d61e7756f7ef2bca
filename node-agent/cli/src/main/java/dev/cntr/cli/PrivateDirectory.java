package dev.cntr.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** A directory for sockets. Whoever could write to it could have a socket of his own there, and get what callers hand over. */
final class PrivateDirectory {
    private PrivateDirectory() {}

    /**
     * Makes it where it is not there.
     *
     * @throws IllegalStateException where it is there, and others than root can write to it
     */
    static void make(Path directory) throws IOException {
        Files.createDirectories(
                directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(directory);
        if (permissions.contains(PosixFilePermission.GROUP_WRITE)
                || permissions.contains(PosixFilePermission.OTHERS_WRITE)
                || !Files.getAttribute(directory, "unix:uid").equals(0)) {
            throw new IllegalStateException(
                    directory + " can be written to by others than root; give a directory of root's own");
        }
    }
}
