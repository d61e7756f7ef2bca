package dev.cntr.fuse;

import dev.cntr.linux.Fd;
import dev.cntr.linux.mount.Mount;
import dev.cntr.linux.mount.UmountFlag;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** A directory, and the same served and attached beside it, for as long as a test takes. */
public final class Mounted implements AutoCloseable {
    private final Path backing;
    private final Path point;
    private final PassthroughMount mount;

    private Mounted(Path backing, Path point, PassthroughMount mount) {
        this.backing = backing;
        this.point = point;
        this.mount = mount;
    }

    /** Serves a directory of this name in a temporary one. */
    public static Mounted host(Path temporary) throws IOException {
        return of(TreeOptions.host(Files.createDirectories(temporary.resolve("backing"))), temporary);
    }

    public static Mounted of(TreeOptions options, Path temporary) throws IOException {
        Path point = Files.createDirectories(temporary.resolve("mount"));
        PassthroughMount mount = PassthroughMount.serve(options);
        try (Fd clone = mount.cloneMount()) {
            Mount.of(clone).attach(point.toString());
        }
        return new Mounted(temporary.resolve("backing"), point, mount);
    }

    public Path backing() {
        return backing;
    }

    /** Where it is attached. */
    public Path point() {
        return point;
    }

    public PassthroughMount mount() {
        return mount;
    }

    /** Runs a Python program in a fresh directory of the backing tree itself. */
    public String natively(String python) throws IOException {
        return Python.run(open("native"), python);
    }

    /** Runs it in a fresh directory as seen through the mount. */
    public String throughFuse(String python) throws IOException {
        return Python.run(point.resolve(open("served").getFileName()), python);
    }

    /** A new directory of the backing tree that all users may write to. */
    private Path open(String prefix) throws IOException {
        Path made = Files.createTempDirectory(backing, prefix);
        return Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("rwxrwxrwx"));
    }

    @Override
    public void close() {
        Mount.unmount(point.toString(), UmountFlag.MNT_DETACH);
        mount.close();
    }
}
