package dev.cntr.cli;

import dev.cntr.attach.AttachPlan;
import dev.cntr.fuse.ServedTree;
import dev.cntr.fuse.TreeOptions;
import dev.cntr.fuse.TreeProvider;
import dev.cntr.linux.Fd;
import dev.cntr.linux.OpenFlag;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The tree that becomes the root of a debug container. */
final class Tools {
    private Tools() {}

    /** How a directory becomes that tree. */
    enum FileSystem {
        /** Served by this process: works across user namespaces, and ends with it. */
        FUSE("fuse"),
        /** A bind mount: native speed, and as it is. */
        BIND("bind");

        private final String provider;

        FileSystem(String provider) {
            this.provider = provider;
        }
    }

    /** A directory and all that is mounted below it. */
    static ServedTree open(Path directory, FileSystem fileSystem) {
        Path place = directory.resolve(AttachPlan.TARGET_ROOT.substring(1));
        try {
            Files.createDirectories(place);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make " + place + ", where the container's tree is to appear", e);
        }
        try (Fd root = Fd.open(directory.toString(), OpenFlag.O_PATH, OpenFlag.O_DIRECTORY)) {
            return TreeProvider.named(fileSystem.provider)
                    .serve(TreeOptions.host(new TreeOptions.Source.Directory(root)));
        }
    }
}
