package dev.cntr.fuse;

import dev.cntr.fuse.session.FuseDevice;
import java.util.Optional;

/** {@link PassthroughMount} as a provider. */
record FuseProvider() implements TreeProvider {
    static final String NAME = "fuse";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Optional<String> obstacle() {
        return FuseDevice.obstacle();
    }

    @Override
    public ServedTree serve(TreeOptions options) {
        return LayeredTree.of(PassthroughMount.serve(options), options);
    }
}
