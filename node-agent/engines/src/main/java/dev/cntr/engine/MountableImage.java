package dev.cntr.engine;

import java.nio.file.Path;
import java.util.List;

/**
 * An image that a container runtime keeps unpacked, and that does not go away until this is closed.
 *
 * @param description whose it is and what it is called, for messages
 * @param environment {@code NAME=value} each
 * @param layers the directories that are its tree when they lie over each other, the uppermost first, as the runtime itself sees them
 * @param release lets it go
 */
public record MountableImage(String description, List<String> environment, List<Path> layers, Runnable release)
        implements AutoCloseable {
    public MountableImage {
        environment = List.copyOf(environment);
        layers = List.copyOf(layers);
    }

    @Override
    public void close() {
        release.run();
    }
}
