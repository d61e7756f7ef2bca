package dev.cntr.cli;

import dev.cntr.attach.AttachPlan;
import dev.cntr.fuse.PassthroughMount;
import dev.cntr.fuse.TreeOptions;
import dev.cntr.linux.Fd;
import dev.cntr.linux.OpenFlag;
import dev.cntr.linux.mount.Mount;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The tree that becomes the root of a debug container. */
sealed interface Tools extends AutoCloseable {
    /** How a directory becomes that tree. */
    enum FileSystem {
        /** Served by this process: works across user namespaces, and ends with it. */
        FUSE,
        /** A bind mount: native speed, and as it is. */
        BIND
    }

    /** A mount of it that is attached nowhere; the caller's. */
    Fd mount();

    @Override
    void close();

    /** A directory and all that is mounted below it. */
    static Tools open(Path directory, FileSystem fileSystem) {
        Path place = directory.resolve(AttachPlan.TARGET_ROOT.substring(1));
        try {
            Files.createDirectories(place);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make " + place + ", where the container's tree is to appear", e);
        }
        return switch (fileSystem) {
            case BIND -> new Bound(directory);
            case FUSE -> {
                try (Fd root = Fd.open(directory.toString(), OpenFlag.O_PATH, OpenFlag.O_DIRECTORY)) {
                    yield new Served(PassthroughMount.serve(TreeOptions.host(new TreeOptions.Source.Directory(root))));
                }
            }
        };
    }

    /** Through FUSE. */
    record Served(PassthroughMount server) implements Tools {
        @Override
        public Fd mount() {
            return server.cloneMount();
        }

        @Override
        public void close() {
            server.close();
        }
    }

    /** As it is. */
    record Bound(Path directory) implements Tools {
        @Override
        public Fd mount() {
            return Mount.clone(directory.toString(), Mount.Extent.TREE).fd();
        }

        @Override
        public void close() {}
    }
}
