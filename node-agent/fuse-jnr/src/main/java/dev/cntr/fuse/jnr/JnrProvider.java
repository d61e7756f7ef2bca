package dev.cntr.fuse.jnr;

import dev.cntr.fuse.ServedTree;
import dev.cntr.fuse.TreeOptions;
import dev.cntr.fuse.TreeProvider;
import dev.cntr.fuse.session.FuseException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** {@link JnrTree} as a provider. */
public final class JnrProvider implements TreeProvider {
    static final String NAME = "jnr";

    private static final Path DEVICE = Path.of("/dev/fuse");

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Optional<String> obstacle() {
        return Files.exists(DEVICE) ? Optional.empty() : Optional.of("there is no " + DEVICE);
    }

    @Override
    public ServedTree serve(TreeOptions options) {
        TreeProvider.refuseOwnerAndContext(options, NAME);
        try {
            return TreeProvider.completed(JnrTree.serve(options), options);
        } catch (LinkageError e) {
            throw new FuseException(
                    "cannot load libfuse: " + e.getMessage() + "; install libfuse2, or take another way than " + NAME,
                    e);
        }
    }
}
